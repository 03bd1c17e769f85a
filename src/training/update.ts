/** @file How a program updates the parameters that are trained, and what an optimiser keeps of them. */
import { parameter, select, state, type Tensor, updateParameters } from "../dsl/index.js";
import type { ConfiguredTraining, ComputeDType } from "../model/index.js";
import { TrainingError } from "./errors.js";
import type { Optimizer } from "./optimizer.js";
import type { ByPath, ParameterTensor, Scalar } from "./tensors.js";

/** Names of the states that an optimiser keeps: the number of updates made, i32, and the slots of each parameter, f32. */
export const optimizerStates = {
  count: "optimizer.count",
  slot: (slot: string, path: string): string => `optimizer.${slot}.${path}`,
} as const;

/** What is updated, and how. */
export interface UpdateRules {
  readonly optimizer: Optimizer;
  readonly decays: ConfiguredTraining["decays"];
  /** What parameters are stored in; updates are computed in f32. */
  readonly stored: ComputeDType;
  /** Whether the update counts; where it does not, everything stays as it is. */
  readonly holds: Tensor<never, "i1">;
}

/** Moves the parameters of the program being traced along their gradients, by their paths. */
export function updateAlong(gradients: ByPath, rules: UpdateRules): void {
  const { optimizer, holds } = rules;
  const { value: before, update } = state(optimizerStates.count, [], "i32");
  const learningRate = optimizer.learningRate(before.to("f32"));
  const after = before.add(1);
  const next = Object.entries(gradients).map(([path, gradient]) => [
    path,
    updated(path, gradient, rules, { learningRate, count: after.to("f32") }),
  ]);
  updateParameters(Object.fromEntries(next));
  update(select(holds, after, before));
}

/** What one parameter is after the update; its slots are updated. @throws TrainingError unless the optimiser keeps each of them, and no others */
function updated(
  path: string,
  gradient: ParameterTensor,
  { optimizer, decays, stored, holds }: UpdateRules,
  at: { readonly learningRate: Scalar; readonly count: Scalar },
): Tensor<string, ComputeDType> {
  const { axes } = gradient;
  const held = parameter(path, axes, stored);
  const slots = new Map(
    Object.entries(optimizer.slots(axes)).map(([slot, kept]) => [
      slot,
      state(optimizerStates.slot(slot, path), kept, "f32"),
    ]),
  );
  const kept = new Set<string>();
  const next = optimizer.update({
    parameter: held.to("f32"),
    gradient,
    slots: Object.fromEntries([...slots].map(([slot, { value }]) => [slot, value])),
    keep(slot, given) {
      kept.add(slot);
      const { value, update } = slots.get(slot) ?? wrongSlots(optimizer, slots, slot);
      const chosen = select(holds, given, value);
      update(chosen);
      return chosen;
    },
    ...at,
    decays: decays({ path, shape: axes.map(({ size }) => size) }),
  });
  if (kept.size < slots.size) wrongSlots(optimizer, slots, [...kept].join(", ") || "none");
  return select(holds, next.to(stored), held);
}

function wrongSlots({ name }: Optimizer, slots: ReadonlyMap<string, unknown>, got: string): never {
  throw new TrainingError({
    message: `optimiser "${name}" does not keep its own slots`,
    expected: [...slots.keys()].join(", ") || "none",
    got,
    hint: "update calls keep once for each of slots",
  });
}
