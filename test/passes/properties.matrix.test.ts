import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Elements } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import type { Operation } from "../../src/ir/operation.js";
import { printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { PassRegistry, parsePipeline, runPipeline, standardPasses } from "../../src/passes/index.js";
import { numbersOf } from "../../src/testing/close.js";
import { inputsArbitrary, moduleArbitrary } from "./random-module.js";
import { tries } from "../../tools/vitest/properties.js";

const registry = new PassRegistry(standardPasses);
const passes = ["dce", "cse", "canonicalize", "fold", "hoist-loop-invariants", "inline"];

/** The numbers of all results. */
function resultsOf(module: Operation, inputs: readonly Elements[]): readonly (readonly number[])[] {
  return interpretFunction(module, "main", inputs).map(numbersOf);
}

describe.each(passes)("%s on random modules", (pipeline) => {
  it("makes a program that verifies, and says so when it changed something", () => {
    fc.assert(
      fc.property(moduleArbitrary, (make) => {
        const module = make();
        const before = printModule(module);
        runPipeline(module, parsePipeline(pipeline, registry), ({ changed }) => {
          expect(changed).toBe(printModule(module) !== before);
        });
        verifyModule(module);
      }),
      tries(100),
    );
  });

  it("keeps every result, the sign of zero, NaN and infinity too", () => {
    fc.assert(
      fc.property(moduleArbitrary, inputsArbitrary, (make, inputs) => {
        const module = make();
        const before = resultsOf(module, inputs);
        runPipeline(module, parsePipeline(pipeline, registry));
        expect(resultsOf(module, inputs)).toEqual(before);
      }),
      tries(300),
    );
  });

  it("changes nothing more the second time", () => {
    fc.assert(
      fc.property(moduleArbitrary, (make) => {
        const module = make();
        runPipeline(module, parsePipeline(pipeline, registry));
        const once = printModule(module);
        runPipeline(module, parsePipeline(pipeline, registry));
        expect(printModule(module)).toBe(once);
      }),
      tries(100),
    );
  });
});
