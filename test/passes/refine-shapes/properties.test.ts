import fc from "fast-check";
import { expect, it } from "vitest";
import { bodyOf, findFunction, returnedValues } from "../../../src/ir/analysis/symbols.js";
import { type Operation, type Value, walk } from "../../../src/ir/operation.js";
import { isOp } from "../../../src/ir/ops/index.js";
import { setAttributes } from "../../../src/ir/rewriter.js";
import { printModule } from "../../../src/ir/text/index.js";
import { functionType, type tensorType, type Type } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import {
  isDynamicProgram,
  parsePipeline,
  PassRegistry,
  refineShapes,
  runPipeline,
  standardPasses,
} from "../../../src/passes/index.js";
import { moduleArbitrary } from "../random-module.js";
import { forget } from "./refine.js";

function setType(value: Value, type: Type): void {
  (value as { type: Type }).type = type;
}

/** Sizes that only the author's text tells. */
const keepsSizes = (operation: Operation): boolean =>
  isOp(operation, "stablehlo.constant", "stablehlo.reshape", "stablehlo.broadcast_in_dim");

/** Replaces all sizes of @main by `?`, but where an op must have them. */
function forgetSizes(module: Operation): void {
  const main = findFunction(module, "main")!;
  for (const operation of walk(main)) {
    for (const region of operation.regions)
      for (const argument of region.entry.arguments) setType(argument, forget(argument.type));
    if (keepsSizes(operation)) continue;
    for (const result of operation.results) setType(result, forget(result.type));
  }
  const body = bodyOf(main)!;
  for (const argument of body.arguments) setType(argument, forget(argument.type));
  setAttributes(main, {
    ...main.attributes,
    function_type: functionType(
      body.arguments.map(({ type }) => type),
      returnedValues(body).map(({ type }) => type),
    ),
  });
}

it("a static program whose sizes are replaced by ? and refined is the same program", () => {
  const clean = parsePipeline("inline,dce", new PassRegistry(standardPasses));
  let refined = 0;
  fc.assert(
    fc.property(moduleArbitrary, (build) => {
      const module = build();
      runPipeline(module, clean);
      const before = printModule(module);
      const { inputs } = findFunction(module, "main")!.attributes.function_type;
      forgetSizes(module);
      verifyModule(module);
      if (isDynamicProgram(module)) refined++;
      refineShapes(module, inputs as readonly ReturnType<typeof tensorType>[]);
      verifyModule(module);
      expect(printModule(module)).toBe(before);
    }),
  );
  expect(refined).toBeGreaterThan(50);
});
