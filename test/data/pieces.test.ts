import { expect, test } from "vitest";
import { encodeExample, type Example } from "../../src/data/index.js";
import { UsageError } from "../../src/support/errors.js";
import { errorText } from "../weights/files.js";
import { bytesEncoder as encoder } from "./encoder.js";

test("a text of more tokens than a call may have arguments is one piece, all of it learnt but the token in front", () => {
  const text = "a".repeat(300_000);
  const placed = { example: { kind: "text", text, ends: true }, where: "a.txt:1" } as const;
  const { tokens, mask } = encodeExample(placed, encoder);
  expect({ tokens: tokens.length, first: tokens[0], last: tokens.at(-1) }).toEqual({
    tokens: 300_002,
    first: encoder.bosId,
    last: encoder.eosId,
  });
  expect(mask.filter((one) => one === 1)).toHaveLength(300_001);
});

test("a dialogue whose only answer is not written by the template is refused: no token of it would count", async () => {
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "" },
  ];
  const dialogue: typeof encoder.dialogue = (all) =>
    encoder.dialogue(
      all.filter(({ content }) => content !== ""),
      false,
    );
  const placed = { example: { kind: "chat", messages }, where: "a.jsonl:1" } as const;
  expect(await errorText(() => encodeExample(placed, { ...encoder, dialogue }))).toBe(
    [
      "data error: nothing is to be learnt of a dialogue",
      "  expected: a message of the assistant, not an empty one",
      "  got:      messages of user, assistant",
      "  at:       a.jsonl:1",
    ].join("\n"),
  );
});

test.each<[string, Example]>([
  ["a text", { kind: "text", text: "a\u{1F600}", ends: true }],
  ["a completion", { kind: "completion", prompt: "a", completion: "\u{1F600}" }],
  ["a dialogue", { kind: "chat", messages: [{ role: "assistant", content: "\u{1F600}" }] }],
])("%s that the tokenizer cannot spell is told with its line", async (_, example) => {
  const refuse = (text: string) => {
    if (!text.includes("\u{1F600}")) return encoder.encode(text);
    throw new UsageError({
      message: "no token",
      got: "U+1F600",
      where: "DIR/tokenizer.json",
      hint: "take another",
    });
  };
  const dialogue: typeof encoder.dialogue = (messages) =>
    refuse(messages.map(({ content }) => content).join(""));
  const placed = { example, where: "a.jsonl:7" };
  expect(await errorText(() => encodeExample(placed, { ...encoder, encode: refuse, dialogue }))).toBe(
    [
      "data error: no token",
      "  got:      U+1F600",
      "  at:       a.jsonl:7",
      "  by DIR/tokenizer.json",
      "  hint:     take another",
    ].join("\n"),
  );
});
