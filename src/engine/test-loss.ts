/** @file The loss of examples of which nothing is learnt. */
import type { Batches } from "../data/index.js";
import type { Trainer } from "./trainer.js";

/** The mean over all tokens that are to be predicted in the rest of a time round, and how many these are. @throws DataError, PjrtError */
export async function testLoss(
  trainer: Trainer,
  batches: Batches,
): Promise<{ readonly loss: number; readonly targets: number }> {
  let [total, targets] = [0, 0];
  for await (const batch of batches.rest()) {
    total += (await trainer.loss(batch)) * batch.counted;
    targets += batch.counted;
  }
  return { loss: total / targets, targets };
}
