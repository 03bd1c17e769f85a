import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ChatTemplate, loadChatTemplate } from "../../src/tokens/index.js";
import { errorText, temporaryFolder } from "../weights/files.js";

async function templateOf(files: Readonly<Record<string, string>> = {}): Promise<ChatTemplate> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return loadChatTemplate(folder);
}

const dialogue = [
  { role: "user", content: " Hi " },
  { role: "assistant", content: "Hello" },
  { role: "user", content: "2 < 3?" },
];

describe("without a template, the dialogue format", () => {
  test("turns of user and model", async () => {
    const template = await templateOf();
    expect(template.render(dialogue, { generationPrompt: true })).toBe(
      [
        "<bos><start_of_turn>user\nHi<end_of_turn>\n",
        "<start_of_turn>model\nHello<end_of_turn>\n",
        "<start_of_turn>user\n2 < 3?<end_of_turn>\n",
        "<start_of_turn>model\n",
      ].join(""),
    );
  });

  test.each([
    [[{ role: "system", content: "be kind" }], 'the dialogue format has no turn of role "system"'],
    [[{ role: "assistant", content: "Hello" }], "turns do not alternate, beginning with the user"],
  ])("what it has no place for is refused: %o", async (messages, got) => {
    const template = await templateOf();
    expect(await errorText(() => template.render(messages))).toBe(
      [
        "usage error: the chat template refuses these messages",
        `  got:      ${got}`,
        "  at:       the dialogue format",
        `  message 0: ${messages[0]!.role}`,
      ].join("\n"),
    );
  });
});

test("the template of tokenizer_config.json is used, the default one of several; a file of its own goes first", async () => {
  const config = (chat_template: unknown) =>
    JSON.stringify({ chat_template, bos_token: { content: "<s>" }, eos_token: "</s>" });
  const template = "{{ bos_token }}{% for m in messages %}[{{ m.content }}]{{ eos_token }}{% endfor %}";
  const several = [
    { name: "tool", template: "no" },
    { name: "default", template },
  ];
  const text = "<s>[ Hi ]</s>[Hello]</s>[2 < 3?]</s>";
  for (const given of [template, several])
    expect((await templateOf({ "tokenizer_config.json": config(given) })).render(dialogue)).toBe(text);
  const files = { "tokenizer_config.json": config("no"), "chat_template.jinja": template };
  expect((await templateOf(files)).render(dialogue)).toBe(text);
});

test("a template that is none, and a configuration that is none, are refused", async () => {
  expect(await errorText(() => templateOf({ "chat_template.jinja": "{% for %}" }))).toContain(
    "usage error: the chat template cannot be parsed\n  got:      ",
  );
  expect(await errorText(() => templateOf({ "tokenizer_config.json": '{"chat_template": 3}' }))).toContain(
    "usage error: tokenizer_config.json cannot be used\n  got:      ✖ Invalid input",
  );
});

describe("a template of anybody's takes neither time nor memory without bound", () => {
  const doubled = (value: string, sum: string) =>
    `{% set n = namespace(v=${value}) %}{% for i in range(64) %}{% set n.v = ${sum} %}{% endfor %}`;

  test.each([
    ["a loop", "{% for i in range(1000000000) %}{% endfor %}"],
    ["a loop backwards", "{% for i in range(1000000000, 0, -1) %}x{% endfor %}"],
    ["a list", "{{ range(0, 1000000000)|length }}"],
    ["loops in loops", `${"{% for i in range(1000) %}".repeat(4)}x${"{% endfor %}".repeat(4)}`],
    ["a text that doubles", doubled("'x'", "n.v ~ n.v")],
    ["a range to what is no number, then that", `{{ range("x") }}${doubled("'x'", "n.v ~ n.v")}`],
    ["a list that doubles", doubled("[1]", "n.v + n.v")],
    ["a text in words", doubled("'x '", "(n.v ~ n.v).split(' ')|join(' ')")],
  ])("%s", async (_what, source) => {
    const template = await templateOf({ "chat_template.jinja": source });
    const text = await errorText(() => template.render(dialogue));
    expect(text).toMatch(/^usage error: the chat template does not come to an end\n/);
    // The slower the machine, the sooner time is over.
    expect(text).toMatch(
      /\n {2}expected: (texts and lists of at most 8\d{6} characters, 16 for each step and item|an end within 2 s)\n/,
    );
    expect(text).toMatch(
      /\n {2}hint: {5}it loops, or makes lists or texts that are long beyond any dialogue: is the file the one of the model's authors\?$/,
    );
  });

  test("what counts no step ends after a time", async () => {
    const source = `{% set n = namespace(v=[1]) %}${"{% set n.v = [n.v, n.v] %}".repeat(40)}{{ n.v|tojson|length }}`;
    const template = await templateOf({ "chat_template.jinja": source });
    expect(await errorText(() => template.render(dialogue))).toContain(
      "usage error: the chat template does not come to an end\n  expected: an end within 2 s\n",
    );
  });

  test.each([
    ["parentheses", `{{ ${"(".repeat(10_000)}1${")".repeat(10_000)} }}`],
    ["blocks", `${"{% if true %}".repeat(10_000)}${"{% endif %}".repeat(10_000)}`],
  ])("nested %s of any depth are an error", async (_what, source) => {
    const text = await errorText(async () =>
      (await templateOf({ "chat_template.jinja": source })).render(dialogue),
    );
    expect(text).toContain("Maximum call stack size exceeded");
  });

  test("a long dialogue may take more, and ranges are Jinja's", async () => {
    const source =
      "{% for m in messages %}{{ m.content|trim|upper }}{% endfor %}{{ range(3) }}{{ range(1, 3) }}{{ range(5, 0, -2) }}";
    const template = await templateOf({ "chat_template.jinja": source });
    const content = "word ".repeat(200_000);
    const text = "WORD ".repeat(200_000).trim();
    expect(template.render([{ role: "user", content }])).toBe(`${text}[0, 1, 2][1, 2][5, 3, 1]`);
  });
});
