import { describe, expect, it } from "vitest";
import {
  adaptParameters,
  axis,
  fill,
  gradientsOfParameters,
  input,
  parameter,
  program,
  scope,
  state,
  sum,
  updateParameters,
  withoutStates,
} from "../../src/dsl/index.js";
import { run } from "./interpret.js";
import { traceComplaint, traced } from "./trace.js";

const n = axis("n", 2);
const argumentsOf = ({ arguments: args }: ReturnType<typeof program>) =>
  args.map(({ role, name, elementType, donated }) => [role, name, elementType, donated]);

describe("parameters that a program updates", () => {
  const made = program({ name: "update" }, () => {
    const x = input("x", [n], "f32");
    const w = scope("layer", () => parameter("w", [n], "f32"));
    const b = parameter("b", [n], "f32");
    updateParameters({ "layer.w": w.add(x) });
    return { y: w.mul(x).add(b) };
  });

  it("are states: donated arguments, and results; the others stay parameters", () => {
    expect(argumentsOf(made)).toEqual([
      ["input", "x", "f32", false],
      ["state", "layer.w", "f32", true],
      ["parameter", "b", "f32", false],
    ]);
    expect(made.results.map(({ role, name }) => [role, name])).toEqual([
      ["output", "y"],
      ["state", "layer.w"],
    ]);
    expect(run(made, { x: [1, 2], "layer.w": [3, 4], b: [0.5, 0] })).toEqual({
      y: [3.5, 8],
      "layer.w": [4, 6],
    });
  });

  it("must have been met", () => {
    expect(
      traceComplaint(() => {
        updateParameters({ w: fill(1, [n], "f32") });
        return {};
      }),
    ).toMatchInlineSnapshot(`
      "trace error: parameter "w" is updated, and no part of the program uses it
        at:       test/dsl/parameters.test.ts LINE
        | updateParameters({ w: fill(1, [n], "f32") });
        | ^"
    `);
  });

  it("keep their shape, and are updated once", () => {
    const shape = traceComplaint(() => {
      parameter("w", [n], "f32");
      updateParameters({ w: fill(1, [], "f32") });
      return {};
    });
    expect(shape).toMatchInlineSnapshot(`
      "trace error: parameter "w" is updated with a tensor of another shape
        expected: [n 2] f32
        got:      [] f32
        at:       test/dsl/parameters.test.ts LINE
        | updateParameters({ w: fill(1, [], "f32") });
        | ^"
    `);
    const twice = traceComplaint(() => {
      const w = parameter("w", [n], "f32");
      updateParameters({ w });
      updateParameters({ w });
      return {};
    });
    expect(twice).toContain('trace error: parameter "w" is updated twice\n');
  });

  it("and states have one name each", () => {
    const complaint = traceComplaint(() => {
      const w = parameter("w", [n], "f32");
      state("w", [n], "f32");
      updateParameters({ w });
      return {};
    });
    expect(complaint).toContain('trace error: "w" is a state and a parameter that is updated');
  });
});

describe("parameters stored in another type than they are used in", () => {
  const body = () => {
    const { loss, gradients } = gradientsOfParameters(() => {
      const w = parameter("w", [n], "bf16");
      return { loss: sum(w.mul(w).to("f32"), "n") };
    });
    return { loss, gradient: gradients.w! };
  };

  it("are converted where they are used, and their gradients are of the type they are stored in", () => {
    const text = traced(body, { parameterType: "f32" });
    expect(text).toContain('@main(%arg0: tensor<2xf32> {griffin.axes = ["n"], griffin.parameter = "w"})');
    expect(text).toContain("stablehlo.convert %arg0 : (tensor<2xf32>) -> tensor<2xbf16>");
    const made = program({ name: "test", parameterType: "f32" }, body);
    // 1.0078125 is the bf16 number nearest to 1.01.
    expect(run(made, { w: [1.01, 3] })).toEqual({ loss: [10.015625], gradient: [2.015625, 6] });
  });
});

it("states met without states are zeros of which nothing is kept; others are kept as ever", () => {
  const made = program({ name: "test" }, () => {
    const inside = withoutStates(() => {
      const h = state("h", [n], "f32");
      h.update(h.value.add(5));
      return h.value.add(1);
    });
    const h = state("h", [n], "f32");
    h.update(h.value.add(inside));
    return {};
  });
  expect(argumentsOf(made)).toEqual([["state", "h", "f32", true]]);
  expect(run(made, { h: [3, 4] })).toEqual({ h: [4, 5] });
});

describe("parameters with something in their place", () => {
  it("are what stands there, where they are used while it stands there; new parameters lie beside them", () => {
    const made = program({ name: "adapted", parameterType: "f32" }, () => {
      const layer = () => scope("layer", () => parameter("w", [n], "f32"));
      const adapted = adaptParameters(
        ({ path, name, weight }) =>
          path === "layer.w" ? weight.add(parameter(`${name}.delta`, weight.axes, weight.dtype)) : weight,
        () => layer().mul(parameter("b", [n], "f32")),
      );
      return { adapted, plain: layer() };
    });
    expect(argumentsOf(made).map(([, name]) => name)).toEqual(["layer.w", "layer.w.delta", "b"]);
    expect(run(made, { "layer.w": [1, 2], "layer.w.delta": [10, 20], b: [1, 2] })).toEqual({
      adapted: [11, 44],
      plain: [1, 2],
    });
  });

  it("stay tensors of the same axes", () => {
    expect(
      traceComplaint(() =>
        adaptParameters(
          ({ weight }) => sum(weight, "n"),
          () => ({ w: parameter("w", [n], "f32") }),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "trace error: what stands in for parameter "w" is another tensor
        expected: [n 2] f32
        got:      [] f32
        at:       test/dsl/parameters.test.ts LINE
        | () => ({ w: parameter("w", [n], "f32") }),
        |             ^"
    `);
  });
});
