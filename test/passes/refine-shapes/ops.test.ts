/** Each op by itself, of operands or results whose sizes are unknown: what refine_polymorphic_shapes of jaxlib gives, too. */
import { expect, test } from "vitest";
import { bodyOf, findFunction } from "../../../src/ir/analysis/symbols.js";
import { VerifyError } from "../../../src/ir/errors.js";
import type { Operation, Value } from "../../../src/ir/operation.js";
import { setAttributes, setOperands } from "../../../src/ir/rewriter.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { functionType, type Type } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { dynamicOpNames } from "../../../src/passes/refine-shapes/dynamic-ops.js";
import { refineShapes, type ShapeInput } from "../../../src/passes/index.js";
import { examplePrograms } from "../../ir/ops/example-programs.js";
import { forget } from "./refine.js";

const typesOf = (values: readonly Value[]): readonly Type[] => values.map(({ type }) => type);

/** Sizes that follow from nothing else: the author's, or data. */
const ownSizes =
  /stablehlo\.(?:constant|iota|reshape|broadcast_in_dim|custom_call|rng|rng_bit_generator|recv|infeed)$/;

/** @main returns what the op makes, whose sizes are unknown; undefined where the op must know them. */
function dynamicProgram(
  name: string,
  text: string,
  side: "results" | "operands and results",
): Operation | undefined {
  const module = parseModule(text);
  const main = findFunction(module, "main")!;
  const body = bodyOf(main)!;
  const op = body.operations.find((operation) => operation.name === name);
  if (op === undefined || op.results.length === 0 || op.regions.length > 0) return undefined;
  for (const value of side === "results" ? op.results : [...op.results, ...body.arguments])
    (value as { type: Type }).type = forget(value.type);
  setOperands(body.last!, op.results);
  setAttributes(main, {
    ...main.attributes,
    function_type: functionType(typesOf(body.arguments), typesOf(op.results)),
  });
  try {
    verifyModule(module);
  } catch (error) {
    if (error instanceof VerifyError) return undefined;
    throw error;
  }
  return module;
}

test.each(["results", "operands and results"] as const)(
  "sizes of %s are found from what the op is given",
  (side) => {
    let count = 0;
    for (const [name, text] of examplePrograms) {
      if (!/^(?:stablehlo|chlo)\./.test(name) || ownSizes.test(name) || dynamicOpNames.has(name)) continue;
      const main = findFunction(parseModule(text), "main")!;
      const op = bodyOf(main)!.operations.find((operation) => operation.name === name);
      const module = dynamicProgram(name, text, side);
      if (op === undefined || module === undefined) continue;
      refineShapes(module, typesOf(bodyOf(main)!.arguments) as readonly ShapeInput[]);
      const { results } = findFunction(module, "main")!.attributes.function_type;
      expect([name, results]).toEqual([name, typesOf(op.results)]);
      count++;
    }
    expect(count).toBeGreaterThan(120);
  },
);
