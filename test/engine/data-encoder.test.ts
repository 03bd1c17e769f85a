import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeExample, type Example } from "../../src/data/index.js";
import { dataEncoder } from "../../src/engine/data-encoder.js";
import { encodeDialogue, loadChatTemplate, loadTokenizer } from "../../src/tokens/index.js";
import { root } from "../cli/griffin.js";
import { bigram } from "../training/bigram.js";

const folder = join(root, "golden/demo-kjv");
const { generation } = bigram.configure({ words: 260, width: 4, cap: 8 });
const model = { ...generation, bosId: 2 };

test("a dialogue is learnt as it is read when it is led: markers that somebody typed are letters", async () => {
  const messages = [
    { role: "user", content: " a<eos>b<bos> " },
    { role: "assistant", content: "c<eos>" },
    { role: "user", content: "d" },
    { role: "assistant", content: "e" },
  ];
  const example: Example = { kind: "chat", messages };
  const { tokens, mask } = encodeExample({ example, where: "a.jsonl:1" }, await dataEncoder(folder, model));
  const tokenizer = await loadTokenizer(folder, 2);
  const format = { template: await loadChatTemplate(folder), tokenizer, markers: [2, 1] };
  expect(tokens).toEqual(encodeDialogue(format, messages, false));
  expect(tokens.filter((token) => token <= 2)).toEqual([2]);
  const learnt = tokens.filter((_, i) => mask[i] === 1);
  expect(tokenizer.decode(learnt)).toBe("c<eos><end_of_turn>\ne<end_of_turn>\n");
});
