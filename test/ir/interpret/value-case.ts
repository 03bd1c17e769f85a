/** @file Value cases: an op, its whole input, its whole output. */
import { Builder } from "../../../src/ir/builder.js";
import type { Elements } from "../../../src/ir/elements.js";
import { evaluateOperation } from "../../../src/ir/interpret/index.js";
import type { Operation, Value } from "../../../src/ir/operation.js";
import type { Attributes, OpName } from "../../../src/ir/ops/index.js";
import { makeBlock } from "../../../src/ir/rewriter.js";
import { show, tensor, type } from "./tensors.js";

/** The body of a reduction, comparator ...: the types of its arguments, and what it returns. */
export interface Body {
  readonly types: readonly string[];
  readonly build: (args: readonly Value[], builder: Builder) => readonly Value[];
}

interface CaseParts<K extends OpName> {
  /** `2xf32: 1 2`, see tensors.ts. */
  readonly operands: readonly string[];
  readonly attributes: Attributes<K>;
  /** Result types, where they cannot be inferred. */
  readonly results?: readonly string[];
  readonly bodies?: readonly Body[];
  readonly expected: readonly string[];
}

export interface ValueCase {
  readonly op: OpName;
  readonly title: string;
  readonly operands: readonly string[];
  readonly expected: readonly string[];
  /** An operation of the case, for any operands of its types. */
  build(): Operation;
}

export function valueCase<K extends OpName>(op: K, title: string, parts: CaseParts<K>): ValueCase {
  const build = (): Operation => {
    const block = makeBlock(parts.operands.map((operand) => tensor(operand).type));
    const builder = Builder.atEnd(block);
    const regions = (parts.bodies ?? []).map((body) =>
      builder.region(body.types.map(type), (args, inner) => {
        inner.create("stablehlo.return", body.build(args, inner), {});
      }),
    );
    const results = (parts.results ?? []).map(type);
    return builder.create(op, block.arguments, parts.attributes, {
      regions,
      results,
    }) as unknown as Operation;
  };
  return { op, title, operands: parts.operands, expected: parts.expected, build };
}

/** What the case's operation makes of its operands, as text. */
export function evaluate({ build, operands }: ValueCase): readonly string[] | undefined {
  return evaluateOperation(build(), operands.map(tensor) as Elements[])?.map(show);
}

/** A body of one binary op on scalars of `element`. */
export const reducer = (
  name: "add" | "maximum" | "minimum" | "multiply" | "and" | "or",
  element: string,
): Body => ({
  types: [element, element],
  build: (args, builder) => builder.create(`stablehlo.${name}`, args, {}).results,
});
