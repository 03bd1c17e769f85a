import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { griffinProgram } from "../../models/griffin.js";
import {
  axis,
  blockDiagonal,
  dot,
  fn,
  grad,
  input,
  attention,
  parameter,
  program,
  rmsNorm,
  rotary,
  sum,
  type Tensor,
  withPrecision,
} from "../../src/dsl/index.js";
import { type LoweringOptions, loweringPipeline, lowerProgram } from "../../src/engine/index.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { isOp } from "../../src/ir/ops/index.js";
import { runPipeline } from "../../src/passes/index.js";
import { attentionNames, scanNames } from "../../src/targets/names.js";
import { targets } from "../../src/targets/index.js";
import { tinier } from "../engine/tiny.js";
import { makeModel, modelArbitrary } from "../passes/random-model.js";
import { tries } from "../../tools/vitest/properties.js";

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
  const program = lowerProgram(griffinProgram(tinier, { kind, batch: 2, time, dtype }), options);
  return precisionsOf([program, ...program.preparations].map(({ module }) => module));
}

describe.each(targets)("products of a model on $name", (target) => {
  // One does not depend on the other; random programs are lowered in every pair below.
  const [scan, attention] = [scanNames[0], attentionNames[0]];
  const ways = [
    ...scanNames.map((each) => ({ scan: each, attention })),
    ...attentionNames.slice(1).map((each) => ({ scan, attention: each })),
  ];

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

const [batch, model, out] = [axis("batch", 2), axis("model", 4), axis("out", 3)];
const x = () => input("x", [batch, model], "f32");
const w = () => parameter("w", [model, out], "f32");

/** The precisions in a program as it is traced, and those after lowering in another precision. */
function within(body: Parameters<typeof program>[1]) {
  const traced = program({ name: "scopes" }, body);
  return precisionsOf([lowerProgram(traced, { precision: "high" }).module]);
}

describe("withPrecision", () => {
  it("holds for products made inside, whatever the program is lowered with", () => {
    const products = () => ({
      outer: dot(x(), w(), "model"),
      inner: withPrecision("highest", () => dot(x(), w(), "model")),
    });
    expect(within(products).toSorted()).toEqual(["HIGH,HIGH", "HIGHEST,HIGHEST"]);
    expect(within(() => withPrecision("default", () => ({ y: dot(x(), w(), "model") })))).toEqual([
      "DEFAULT,DEFAULT",
    ]);
  });

  it("gives way to scopes inside of it, and to what a product states", () => {
    const inner = () => withPrecision("default", () => dot(x(), w(), "model"));
    expect(within(() => withPrecision("highest", () => ({ y: inner() })))).toEqual(["DEFAULT,DEFAULT"]);
    const own = () => dot(x(), w(), "model", { precision: "high" });
    expect(within(() => withPrecision("highest", () => ({ y: own() })))).toEqual(["HIGH,HIGH"]);
  });

  it("ends where its body ends, also where that throws", () => {
    const body = () => {
      expect(() =>
        withPrecision("highest", () => {
          throw new Error("no");
        }),
      ).toThrow("no");
      return { y: dot(x(), w(), "model") };
    };
    expect(within(body)).toEqual(["HIGH,HIGH"]);
  });

  it("has functions traced once for each precision that they are called in", () => {
    let traces = 0;
    const product = fn(
      "product",
      (args: { x: Tensor<"batch" | "model", "f32">; w: Tensor<"model" | "out", "f32"> }) => {
        traces += 1;
        return { y: dot(args.x, args.w, "model") };
      },
    );
    const call = () => product({ x: x(), w: w() }).y;
    const found = within(() => ({
      plain: call(),
      again: call(),
      most: withPrecision("highest", () => call().add(call())),
    }));
    expect(traces).toBe(2);
    expect([...new Set(found)].toSorted()).toEqual(["HIGH,HIGH", "HIGHEST,HIGHEST"]);
  });

  it("holds for the products of gradients: those of a product inside, and all where the gradient is taken inside", () => {
    const loss = (args: { x: Tensor<"batch" | "model", "f32"> }) =>
      sum(
        withPrecision("highest", () => dot(args.x, w(), "model")),
        ["batch", "out"],
      );
    expect(within(() => ({ dx: grad(loss)({ x: x() }).x }))).toEqual(["HIGHEST,HIGHEST"]);
    const heads = axis("heads", 2);
    const blocks = () => parameter("blocks", [heads, axis("in", 2), axis("half", 2)], "f32");
    const blocked = (args: { x: Tensor<"batch" | "model", "f32"> }) => {
      const y = withPrecision("highest", () => blockDiagonal(args.x, blocks()));
      return sum(y.mul(y), ["batch", "model"]);
    };
    const found = within(() => ({ dx: grad(blocked)({ x: x() }).x }));
    expect(found.length).toBeGreaterThan(1);
    expect([...new Set(found)]).toEqual(["HIGHEST,HIGHEST"]);
  });
});

/** Every model op that a target makes products of, of rows enough for the rules of all targets. */
function modelOps(dtype: "f32" | "bf16") {
  const [time, n, h, window] = [axis("time", 128), axis("heads", 2), axis("head", 8), axis("window", 4)];
  const channels = axis("channels", 16);
  const positions = input("positions", [batch, time], "i32");
  const heads = input("q", [batch, time, n, h], dtype);
  const keys = input("k", [batch, time, h], dtype);
  const ring = input("ring", [batch, window, h], dtype);
  const rows = input("rows", [batch, time, channels], dtype);
  return {
    attended: attention({
      q: heads,
      k: keys,
      v: keys,
      segmentPos: positions,
      cache: { kind: "ring", keys: ring, values: ring },
      numTokens: input("seen", [batch], "i32"),
      axes: { time: "time", slots: "window", channels: "head" },
      scale: 0.5,
    }),
    normed: rmsNorm(rows, parameter("scale", [channels], dtype), { epsilon: 1e-6 }),
    turned: rotary(heads, positions, { axis: "head", dims: 4, base: 10_000 }),
    blocks: blockDiagonal(rows, parameter("blocks", [n, h, axis("to", 8)], dtype)),
  };
}

describe.each(targets)("model ops inside of withPrecision on $name", (target) => {
  it.each(["f32", "bf16"] as const)("state it in every product that they become, in %s", (dtype) => {
    const traced = program({ name: "ops" }, () => withPrecision("highest", () => modelOps(dtype)));
    const found = precisionsOf([lowerProgram(traced, { target, precision: "default" }).module]);
    expect(found.length).toBeGreaterThan(2);
    expect([...new Set(found)]).toEqual(["HIGHEST,HIGHEST"]);
  });

  it("state it in random programs, by every strategy", () => {
    const options = fc.record({
      scan: fc.constantFrom("auto" as const, ...scanNames),
      attention: fc.constantFrom("auto" as const, ...attentionNames),
      strideTime: fc.constantFrom(undefined, 2, 4),
      prepare: fc.boolean(),
      fuseGates: fc.boolean(),
    });
    let products = 0;
    fc.assert(
      fc.property(modelArbitrary, options, (random, way) => {
        const module = makeModel({ ...random, precision: "highest" });
        runPipeline(module, loweringPipeline({ target, ...way }, random.time));
        const found = precisionsOf([module]);
        products += found.length;
        expect(new Set([...found, "HIGHEST,HIGHEST"])).toEqual(new Set(["HIGHEST,HIGHEST"]));
      }),
      tries(10),
    );
    expect(products).toBeGreaterThan(10);
  });
});
