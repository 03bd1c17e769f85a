import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openData } from "../../src/data/index.js";
import { sha256 } from "../../src/support/hash.js";
import { errorText, temporaryFolder } from "../weights/files.js";

async function stored(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

async function examplesOf(...paths: readonly string[]) {
  const source = await openData(paths);
  onTestFinished(() => source.close());
  return Promise.all(Array.from({ length: source.count }, (_, i) => source.read(i)));
}

test("lines of JSON are examples, each with its file and line; blank lines are passed over", async () => {
  const path = await stored(
    "a.jsonl",
    [
      '{"prompt": "1+1=", "completion": "2", "source": "school"}',
      "",
      '{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "há"}]}',
      '{"text": "all of it"}',
    ].join("\r\n"),
  );
  expect(await examplesOf(path)).toEqual([
    { where: `${path}:1`, example: { kind: "completion", prompt: "1+1=", completion: "2" } },
    {
      where: `${path}:3`,
      example: {
        kind: "chat",
        messages: [
          { role: "user", content: "hi" },
          { role: "assistant", content: "há" },
        ],
      },
    },
    { where: `${path}:4`, example: { kind: "text", text: "all of it", ends: true } },
  ]);
});

test("a file of text is one document, read in passages of whole lines", async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} of a text that is long\n`);
  const path = await stored("a.txt", lines.join(""));
  const passages = (await examplesOf(path, path)).map(({ example }) => example);
  const half = passages.slice(0, passages.length / 2);
  expect(half.length).toBeGreaterThan(1);
  expect(half.map((one) => one.kind === "text" && one.text).join("")).toBe(lines.join("").trimEnd());
  expect(half.map((one) => one.kind === "text" && one.ends)).toEqual([
    ...half.slice(1).map(() => false),
    true,
  ]);
});

test.each([
  [
    "a line that is no JSON",
    '{"text": "a"}\n{"text": \n',
    [
      "data error: a line is no JSON",
      '  expected: {"prompt", "completion"}, {"messages": [{"role", "content"}]} or {"text"}',
      "  got:      Unexpected end of JSON input",
      "  at:       FILE:2",
      "  hint:     each line of a .jsonl file is one whole JSON object; plain text goes into a .txt file",
    ],
  ],
  [
    "a line that is no object",
    "\n[1]",
    [
      "data error: a line is no JSON object",
      "  expected: an object on each line",
      "  got:      [1]",
      "  at:       FILE:2",
    ],
  ],
  [
    "a line of another form",
    '{"question": "q", "answer": "a"}',
    [
      "data error: a line has none of the known forms",
      '  expected: {"prompt", "completion"}, {"messages": [{"role", "content"}]} or {"text"}',
      "  got:      the fields question, answer",
      "  at:       FILE:1",
    ],
  ],
  [
    "a field of another type",
    '{"messages": [{"role": "user", "content": 7}]}',
    [
      'data error: a line is not as its field "messages" says',
      '  expected: {"prompt", "completion"}, {"messages": [{"role", "content"}]} or {"text"}',
      "  got:      messages.0.content: Invalid input: expected string, received number",
      "  at:       FILE:1",
    ],
  ],
  [
    "a file without examples",
    "\n \n",
    ["data error: a file has no examples", "  expected: one line or more", "  at:       FILE"],
  ],
  [
    "bytes that are no UTF-8",
    Uint8Array.of(0x22, 0xff, 0x22),
    ["data error: a line is no text", "  expected: UTF-8", "  at:       FILE:1"],
  ],
  [
    "half of a character",
    '{"text": "a \\ud83d\\ude00 b"}\n{"text": "a \\ud83d b"}',
    [
      "data error: a line has half a character",
      "  expected: pairs of \\uD800 to \\uDBFF and \\uDC00 to \\uDFFF",
      "  got:      one without the other",
      "  at:       FILE:2",
      "  hint:     a text that was cut between them has it: the character in UTF-8, or none of it",
    ],
  ],
])("%s is refused when the file is opened", async (_what, content, lines) => {
  const path = await stored("a.jsonl", content);
  const text = await errorText(() => openData([path]));
  expect(text.replaceAll(path, "FILE").split("\n")).toEqual(lines);
});

test.each(["\n", " \r\n\t\n", ""])("a file of text without any, %j, has no examples", async (content) => {
  const path = await stored("a.txt", content);
  expect(await errorText(() => openData([path]))).toBe(
    `data error: a file has no examples\n  expected: one line or more\n  at:       ${path}`,
  );
  const ends = await stored("b.txt", "\n a\n\n");
  expect(await examplesOf(ends)).toEqual([
    { where: `${ends}:1`, example: { kind: "text", text: "\n a\n", ends: true } },
  ]);
});

test("a file of another kind, and one that is not there, are refused", async () => {
  expect(await errorText(() => openData(["data.csv"]))).toBe(
    [
      "data error: cannot tell what data.csv holds",
      "  expected: a name that ends in .jsonl, .ndjson, .txt, .md",
      "  at:       data.csv",
    ].join("\n"),
  );
  expect(await errorText(() => openData(["/nowhere/data.txt"]))).toContain(
    "environment error: cannot read /nowhere/data.txt",
  );
});

test("a file that becomes shorter while it is learnt from is told, not read as zeros", async () => {
  const path = await stored("a.txt", "a text\n");
  const source = await openData([path]);
  onTestFinished(() => source.close());
  await truncate(path, 3);
  expect(await errorText(() => source.read(0))).toBe(
    [
      "data error: a file changed while it was read",
      "  expected: data that stay as they are until training ends",
      `  at:       ${path}:1`,
    ].join("\n"),
  );
});

test("its digest tells what files hold, in their order, and nothing of what they are called", async () => {
  const texts = ["one\ntwo", '{"text": "a"}\n\n{"text": "b"}\n'];
  const [text, json] = await Promise.all([stored("a.txt", texts[0]!), stored("b.jsonl", texts[1]!)]);
  const digestOf = async (...paths: readonly string[]) => {
    await using source = await openData(paths);
    return source.digest;
  };
  expect(await digestOf(text, json)).toBe(sha256(texts.map(sha256).join()));
  expect(await digestOf(json, text)).toBe(sha256([...texts].reverse().map(sha256).join()));
  expect(await digestOf(await stored("other.md", texts[0]!))).toBe(sha256(sha256(texts[0]!)));
});

test("lines of any length are whole, wherever the parts end in which a file is read", async () => {
  const part = 2 ** 16;
  const lengths = [part - 1, 0, part, 3 * part + 5, 1, 2 * part - 2];
  const texts = lengths.map((length, i) => `é${String(i).repeat(length)}`);
  const lines = texts.map((text) => JSON.stringify({ text }));
  for (const content of [lines.join("\n"), `${lines.join("\n")}\n`]) {
    const path = await stored("long.jsonl", content);
    expect((await examplesOf(path)).map(({ where, example }) => [where, example])).toEqual(
      texts.map((text, i) => [`${path}:${i + 1}`, { kind: "text", text, ends: true }]),
    );
  }
});
