import { describe, expect, test } from "vitest";
import { errorText } from "../weights/files.js";
import { dialogue, templateOf } from "./chat-templates.js";

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
