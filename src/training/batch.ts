/** @file A batch on the host, checked before a device sees it: what it computes of a token outside of the vocabulary would mean nothing. */
import type { ConfiguredModel } from "../model/index.js";
import { expectGiven } from "../support/given.js";
import { TrainingError } from "./errors.js";

/** Rows of tokens side by side, each array [batch, time + 1] row-major. */
export interface TrainingBatch {
  readonly tokens: Int32Array<ArrayBuffer>;
  /** 1 where a token is to be predicted, else 0. A row's first token never is, whatever it says. */
  readonly mask: Int32Array<ArrayBuffer>;
  /** Each token's place in its document, 0 starts one. */
  readonly positions: Int32Array<ArrayBuffer>;
}

/** @throws TrainingError for arrays of another size, tokens outside of the vocabulary, a mask that is none or is empty */
export function checkBatch(
  { generation: { vocabSize } }: ConfiguredModel,
  shape: { readonly batch: number; readonly time: number },
  given: TrainingBatch,
): void {
  const width = shape.time + 1;
  const count = shape.batch * width;
  const { tokens, mask, positions }: Partial<TrainingBatch> = given ?? {};
  for (const [what, numbers] of Object.entries({ tokens, mask, positions })) {
    expectGiven(ArrayBuffer.isView(numbers) || Array.isArray(numbers), numbers, {
      by: "a training",
      what,
      expected: `${count} numbers, [${shape.batch}, ${width}], in a batch of tokens, mask and positions`,
    });
    const { length } = numbers as ArrayLike<number>;
    if (length === count) continue;
    throw new TrainingError({
      message: `a batch of another size: ${what}`,
      expected: `${count} numbers, [${shape.batch}, ${width}]`,
      got: String(length),
    });
  }
  checkNumbers("token", given.tokens, width, `a token id from 0 to ${vocabSize - 1}`, (id) => id < vocabSize);
  checkNumbers("target mask", given.mask, width, "0 or 1", (one) => one <= 1);
  if (given.mask.some((one, i) => one === 1 && i % width !== 0)) return;
  throw new TrainingError({
    message: "a batch in which nothing is to be predicted",
    expected: "a target mask that is 1 somewhere behind the first token of a row",
    got: "0 everywhere",
  });
}

function checkNumbers(
  what: string,
  numbers: Int32Array,
  width: number,
  expected: string,
  isRight: (value: number) => boolean,
): void {
  const at = numbers.findIndex((value) => value < 0 || !isRight(value));
  if (at < 0) return;
  throw new TrainingError({
    message: `a ${what} of a batch is none: row ${Math.floor(at / width)}, position ${at % width}`,
    expected,
    got: String(numbers[at]),
  });
}
