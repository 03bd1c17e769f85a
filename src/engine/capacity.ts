/** @file How many tokens of a sequence the caches of a model have room for, where they grow. */
import type { ConfiguredModel } from "../model/index.js";
import { UsageError } from "../support/errors.js";

/**
 * The model with caches for so many tokens of a sequence; without a number, or where states are of a fixed size, the model itself.
 * @throws UsageError for no whole number from 1 to the model's own capacity, and for a model whose caches are always of one size
 */
export function withCapacity<Kind extends string>(
  model: ConfiguredModel<Kind>,
  capacity: number | undefined,
): ConfiguredModel<Kind> {
  const { capacity: most } = model.generation;
  if (capacity === undefined || most === undefined) return model;
  if (model.withCapacity === undefined) {
    throw new UsageError({
      message: `the caches of ${model.name} are always of one size`,
      expected: `no capacity: a sequence may have ${most} tokens`,
      got: String(capacity),
      hint: "a definition says how it is configured for fewer: withCapacity of defineModel",
    });
  }
  if (Number.isInteger(capacity) && capacity >= 1 && capacity <= most) return model.withCapacity(capacity);
  throw new UsageError({
    message: "the capacity is out of range",
    expected: `tokens that a sequence may have, 1 to ${most}`,
    got: String(capacity),
  });
}

/**
 * A capacity for sequences of so many tokens: a power of two from 256 on, so that few programs are compiled for many lengths; the model's own
 * at most. Undefined where there is nothing to choose.
 */
export function capacityFor({ generation, withCapacity: may }: ConfiguredModel, tokens: number) {
  const { capacity: most } = generation;
  if (most === undefined || may === undefined) return undefined;
  return Math.min(most, Math.max(256, 2 ** Math.ceil(Math.log2(tokens))));
}
