/** @file What parameters hold before a training begins, where no checkpoint says it: drawn, the same for the same seed. */
import type { ConfiguredModel, InitialNumber } from "../../model/index.js";
import { sha256 } from "../../support/hash.js";
import { randomNumbers } from "../../tokens/index.js";
import { type Adapter, TrainingError } from "../../training/index.js";
import type { Checkpoint } from "../../weights/index.js";

/** Numbers of a tensor, f32, row-major; they depend on its name, not on which others are drawn. */
function drawn(
  name: string,
  shape: readonly number[],
  { draw, seed }: { readonly draw: InitialNumber; readonly seed: number },
): Uint8Array<ArrayBuffer> {
  const uniform = randomNumbers(Number.parseInt(sha256(`${seed} ${name}`).slice(0, 13), 16));
  const count = shape.reduce((product, size) => product * size, 1);
  return new Uint8Array(Float32Array.from({ length: count }, () => draw(uniform)).buffer);
}

/**
 * A checkpoint of drawn numbers, as the model's authors draw them (`training.initial` of its definition).
 * @throws TrainingError for a model that does not say how
 */
export function initialCheckpoint(model: ConfiguredModel, seed: number): Checkpoint {
  const initial = model.training?.initial;
  if (initial === undefined) {
    throw new TrainingError({
      message: `model ${model.name} cannot be trained from nothing`,
      expected: "a definition that says what parameters are at first (training.initial, in defineModel)",
      got: "none",
    });
  }
  const tensors = model.parameters.map((parameter) => {
    const { name, shape } = model.names.nameOf(parameter);
    const bytes = shape.reduce((product, size) => product * size, 4);
    const read = async (into?: Uint8Array<ArrayBuffer>) => {
      const values = drawn(name, shape, { draw: initial(parameter), seed });
      into?.set(values);
      return into ?? values;
    };
    return [name, { name, dtype: "f32", shape, bytes, read }] as const;
  });
  const close = async () => undefined;
  return { where: "initial numbers", tensors: new Map(tensors), close, [Symbol.asyncDispose]: close };
}

/** An adapter at first: `lora_a` evenly within 1 / sqrt(in), as PEFT draws it, `lora_b` zeros. */
export function initialAdapter({ path, shape, part }: Adapter, seed: number): Uint8Array<ArrayBuffer> {
  const bound = 1 / Math.sqrt(shape[1]!);
  const draw: InitialNumber = part === "lora_b" ? () => 0 : (uniform) => bound * (2 * uniform() - 1);
  return drawn(path, shape, { draw, seed });
}
