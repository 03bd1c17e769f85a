import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../../models/index.js";
import { logLikelihoods, logProbability } from "../../../src/engine/evaluate/log-likelihoods.js";
import { checkpointSource } from "../../../src/engine/index.js";
import { root } from "../../cli/griffin.js";
import { useCpu } from "../../dsl/cpu.js";

const cpu = useCpu();

const LONG_TEXT =
  "In the beginning God created the heaven and the earth. And the earth was without form, and void; and darkness was upon the face of the deep. And the Spirit of God moved upon the face of the waters. And God said, Let there be light: and there was light. And God saw the light, that it was good: and God divided the light from the darkness.";

test("a text that is longer than window and chunk, alone or beside another, is as likely as the program of golden cases says, which reads it at once", async () => {
  await using source = await checkpointSource(join(root, "golden/demo-kjv"), models);
  const tokenizer = await source.tokenizer();
  const text = tokenizer.encode(LONG_TEXT);
  const { model: loaded } = await source.load(cpu.client);
  using model = loaded;
  const [likelihoods] = await logLikelihoods(model, [text, text.slice(0, 40)]);

  const { inputs, outputs, programs, vocabSize } = model.generation;
  const dimensions = [1, text.length];
  using tokens = await cpu.client.toDevice({ elementType: "i32", dimensions, data: Int32Array.from(text) });
  const places = Int32Array.from(text.keys());
  using positions = await cpu.client.toDevice({ elementType: "i32", dimensions, data: places });
  const given = new Map([
    [inputs.tokens, tokens],
    [inputs.positions, positions],
  ]);
  const results = await model.run({ kind: programs.forward!, batch: 1, time: text.length }, given);
  using logits = results.outputs.get(outputs.logits)!;
  const all = new Float32Array((await logits.toHost()).buffer);
  expect(text.length).toBe(339);
  const [alone] = await logLikelihoods(model, [text]);
  text.forEach((token, t) => {
    const before = all.subarray((t - 1) * vocabSize, t * vocabSize);
    const expected = t === 0 ? 0 : logProbability(before, token, `token ${t}`);
    expect(likelihoods![t]).toBeCloseTo(expected, 3);
    expect(alone![t]).toBeCloseTo(expected, 3);
  });
});
