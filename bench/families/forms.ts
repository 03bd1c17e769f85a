/** @file What a family of layers is measured by: forms that compute the same, each as a program of values and one of gradients. */
import {
  type Axis,
  input,
  program,
  spec,
  type Spec,
  type Specs,
  type Tensor,
  type TensorsOf,
  type TracedProgram,
  transpose,
  vjp,
} from "../../src/dsl/index.js";

/** What is asked of a form: y, or y and the gradients of all operands that are floats, from a cotangent of y. */
export const DIRECTIONS = ["forward", "gradient"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The forms of ours. */
export type FormName = "ours" | "general scan";

/** A family at one size. */
export interface Case {
  /** E.g. `selectiveScan, 512 tokens`; in file names too. */
  readonly name: string;
  /** The function of the DSL that is measured; the reference knows what to hold against it. */
  readonly family: string;
  readonly operands: Specs;
  readonly y: Spec<string, "f32">;
  /** Of attention: tokens before its own that a token sees; null for all. */
  readonly window: number | null;
  /** Traces a form; of a family that is no recurrence there is none by the general scan. */
  readonly forms: Partial<Readonly<Record<FormName, (direction: Direction) => TracedProgram>>>;
}

/** How a form computes y of the operands. */
type Form<I extends Specs, L extends readonly Axis[]> = (
  operands: TensorsOf<I>,
) => Tensor<L[number]["name"], "f32">;

/** What `makeCase` is given. */
interface CaseDefinition<I extends Specs, L extends readonly Axis[]> {
  readonly family: string;
  readonly operands: I;
  /** Of y, in the order in which it is to come out. */
  readonly axes: L;
  readonly window?: number | null;
  readonly ours: Form<I, L>;
  readonly generalScan?: Form<I, L>;
}

/** A family at so many tokens. */
export function makeCase<const I extends Specs, const L extends readonly Axis[]>(
  steps: number,
  { family, operands, axes, window = null, ours, generalScan }: CaseDefinition<I, L>,
): Case {
  return {
    name: `${family}, ${steps} tokens`,
    family,
    operands,
    y: spec(axes, "f32"),
    window,
    forms: {
      ours: traced(operands, axes, ours),
      ...(generalScan === undefined ? {} : { "general scan": traced(operands, axes, generalScan) }),
    },
  };
}

/** How a form is traced. */
function traced<const I extends Specs, const L extends readonly Axis[]>(
  inputs: I,
  axes: L,
  form: Form<I, L>,
): (direction: Direction) => TracedProgram {
  const order = axes.map(({ name }): L[number]["name"] => name);
  const values = (operands: TensorsOf<I>) => ({ y: transpose(form(operands), order) });
  return (direction) =>
    direction === "forward"
      ? program({ name: "forward", inputs }, (operands) => values(operands))
      : program({ name: "gradient", inputs }, (operands) => {
          const { results, pullback } = vjp(values, operands);
          return { ...results, ...pullback({ y: input("cotangent", axes, "f32") } as never) };
        });
}
