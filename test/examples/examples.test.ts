/** The examples that need no plugin, run as they are. */
import { expect, test } from "vitest";
import { printed } from "./printed.js";

test("mlp: rows that are each other's mirror get mirrored probabilities", async () => {
  expect(await printed(() => import("../../examples/mlp.js"))).toEqual([
    '["batch","out"] [2,2] f32 {"0":0.10390165448188782,"1":0.8960983753204346,"2":0.8960983753204346,"3":0.10390165448188782}',
  ]);
});

test("gradients: a hundred steps find the line that the points lie on", async () => {
  expect(await printed(() => import("../../examples/gradients.js"))).toEqual([
    "loss before: 21",
    "y = 2.00 x + 1.00",
  ]);
});

test("own-pass: the program is another one, and computes the same", async () => {
  const [before, told, after, text] = await printed(() => import("../../examples/own-pass.js"));
  expect([before, told, after]).toEqual([
    "0.268941 0.500000 0.880797",
    "sigmoid-by-tanh changed it",
    "0.268941 0.500000 0.880797",
  ]);
  expect(text).toContain("stablehlo.tanh");
  expect(text).not.toContain("stablehlo.logistic");
});

test("tutorial/cell: the numbers that numpy has (docs/tutorial.md)", async () => {
  expect(await printed(() => import("../../examples/tutorial/cell.js"))).toEqual([
    "batch,time,hidden 1,4,3 f32",
    "0.6724 0.9890 0.1192 -0.5502 0.7519 0.3096 2.1364 -1.9193 0.3224 1.9364 0.2903 -4.1678",
  ]);
});

test("lower: arguments by role and name, and the StableHLO", async () => {
  const [args, text] = await printed(() => import("../../examples/lower.js"));
  expect(args).toBe("input x [batch, model]\nparameter up [hidden, model]\nparameter down [model, hidden]");
  expect(text).toMatch(
    /^module @mlp \{\n {2}func\.func public @main\(%arg0: tensor<2x64xf32> \{griffin\.axes = \["batch", "model"\], griffin\.input = "x"\}, /,
  );
  expect(text).toContain("-> (tensor<2x64xf32> ");
});
