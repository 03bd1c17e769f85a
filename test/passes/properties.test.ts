import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { moduleArbitrary } from "./random-module.js";

const passes = ["dce", "cse", "canonicalize", "hoist-loop-invariants", "inline"];

describe.each(passes)("%s on random modules", (pipeline) => {
  it("makes a program that verifies, and says so when it changed something", () => {
    fc.assert(
      fc.property(moduleArbitrary, (make) => {
        const module = make();
        const before = printModule(module);
        runPipeline(module, parsePipeline(pipeline), ({ changed }) => {
          expect(changed).toBe(printModule(module) !== before);
        });
        verifyModule(module);
      }),
      { numRuns: 300 },
    );
  });

  it("changes nothing more the second time", () => {
    fc.assert(
      fc.property(moduleArbitrary, (make) => {
        const module = make();
        runPipeline(module, parsePipeline(pipeline));
        const once = printModule(module);
        runPipeline(module, parsePipeline(pipeline));
        expect(printModule(module)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});
