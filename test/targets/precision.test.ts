import { describe, expect, it } from "vitest";
import { griffinProgram } from "../../models/griffin.js";
import { axis, dot, input, parameter, program } from "../../src/dsl/index.js";
import { type LoweringOptions, lowerProgram } from "../../src/engine/index.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { isOp } from "../../src/ir/ops/index.js";
import { attentionNames, scanNames } from "../../src/targets/names.js";
import { targets } from "../../src/targets/index.js";
import { tiny } from "../engine/tiny.js";

/** The precisions of every dot_general and convolution below, `none` where none is stated. */
function precisionsOf(modules: readonly Operation[]): readonly string[] {
  return modules
    .flatMap((module) => [...walk(module)])
    .flatMap((op) => {
      if (!isOp(op, "stablehlo.dot_general") && !isOp(op, "stablehlo.convolution")) return [];
      return [op.attributes.precision_config?.join() ?? "none"];
    });
}

function lowered(kind: "prefill" | "decode" | "forward", dtype: "f32" | "bf16", options: LoweringOptions) {
  const time = kind === "decode" ? 1 : 128;
  const program = lowerProgram(griffinProgram(tiny, { kind, batch: 2, time, dtype }), options);
  return precisionsOf([program, ...program.preparations].map(({ module }) => module));
}

describe.each(targets)("products of a model on $name", (target) => {
  const ways = scanNames.flatMap((scan) => attentionNames.map((attention) => ({ scan, attention })));

  it.each(ways)(
    "are all of the highest precision when it is asked for: scan $scan, attention $attention",
    (way) => {
      for (const kind of ["prefill", "decode"] as const) {
        const found = lowered(kind, "f32", { target, ...way, precision: "highest", prepare: true });
        expect(found.length).toBeGreaterThan(10);
        expect([...new Set(found)]).toEqual(["HIGHEST,HIGHEST"]);
      }
    },
  );

  it("state no precision by default, but for those that stand for exact arithmetic", () => {
    const allowed = target.name === "tpu" ? ["HIGH,HIGH", "none"] : ["none"];
    expect([...new Set(lowered("prefill", "bf16", { target }))].sort()).toEqual(allowed);
    expect([...new Set(lowered("decode", "bf16", { target }))]).toEqual(["none"]);
  });
});

describe("the precision of a program", () => {
  const [batch, model, out] = [axis("batch", 2), axis("model", 4), axis("out", 3)];
  const traced = (own?: "default" | "high", whole?: "highest") =>
    program({ name: "product", precision: whole }, () => {
      const w = parameter("w", [model, out], "f32");
      return { y: dot(input("x", [batch, model], "f32"), w, "model", { precision: own }) };
    });
  const precisions = (...[own, whole, options]: [("default" | "high")?, "highest"?, LoweringOptions?]) =>
    precisionsOf([lowerProgram(traced(own, whole), options).module]);

  it("is the plugin's choice unless stated", () => {
    expect(precisions()).toEqual(["none"]);
    expect(precisions(undefined, undefined, { precision: "default" })).toEqual(["none"]);
  });

  it("holds for products that state none", () => {
    expect(precisions(undefined, "highest")).toEqual(["HIGHEST,HIGHEST"]);
    expect(precisions("high", "highest")).toEqual(["HIGH,HIGH"]);
    expect(precisions("default", "highest")).toEqual(["DEFAULT,DEFAULT"]);
  });

  it("gives way to what lowering is told", () => {
    expect(precisions(undefined, "highest", { precision: "high" })).toEqual(["HIGH,HIGH"]);
    expect(precisions(undefined, "highest", { precision: "default" })).toEqual(["none"]);
    expect(precisions("high", undefined, { precision: "highest" })).toEqual(["HIGH,HIGH"]);
  });
});
