import { describe, expect, test } from "vitest";
import { errorText } from "../weights/files.js";
import { dialogue, templateOf } from "./chat-templates.js";

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
