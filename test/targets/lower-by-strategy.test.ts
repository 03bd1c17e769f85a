import { describe, expect, it } from "vitest";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { allPasses, defineStrategy, passesWith } from "../../src/targets/index.js";
import { defineExtension } from "../../src/extension/index.js";

const update = (attributes: string): string => `module {
  func.func @main(%arg0: tensor<1x4x2xf32>, %arg1: tensor<1x1x2xf32>, %arg2: tensor<1x1xi32>) -> tensor<1x4x2xf32> {
    %0 = "nn.kv_cache_update"(%arg0, %arg1, %arg2)${attributes} : (tensor<1x4x2xf32>, tensor<1x1x2xf32>, tensor<1x1xi32>) -> tensor<1x4x2xf32>
    return %0 : tensor<1x4x2xf32>
  }
}
`;
const [ring, growing] = [update(""), update(" <{growing}>")];

function lowered(text: string, strategy: string, passes = allPasses): string {
  const module = parseModule(text);
  runPipeline(module, parsePipeline(`lower-by-strategy{op=nn.kv_cache_update strategy=${strategy}}`, passes));
  return printModule(module);
}

describe("lower-by-strategy", () => {
  it("writes each kind of cache by the strategy that is of its kind, and leaves the other as it is", () => {
    expect(lowered(ring, "rolling")).not.toContain("nn.kv_cache_update");
    expect(lowered(growing, "rolling")).toBe(growing);
    expect(lowered(growing, "growing")).not.toContain("nn.kv_cache_update");
    expect(lowered(ring, "growing")).toBe(ring);
  });

  it("knows the strategies of the op alone", () => {
    expect(() => lowered(ring, "strided")).toThrow(
      `usage error: nn.kv_cache_update has no strategy "strided"
  expected: rolling, growing
  got:      strided`,
    );
  });

  it("refuses a name that an extension gave to a strategy of its own", () => {
    const mine = defineStrategy({ op: "nn.kv_cache_update", name: "rolling", lower: () => undefined });
    const passes = passesWith([defineExtension({ name: "mine", strategies: [mine] })]);
    expect(() => lowered(ring, "rolling", passes)).toThrow(
      `usage error: two strategies of nn.kv_cache_update are called "rolling"`,
    );
  });
});
