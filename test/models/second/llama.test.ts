import { expect, test } from "vitest";
import { lowerProgram } from "../../../src/engine/index.js";
import { walk } from "../../../src/ir/operation.js";
import { small } from "./llama-config.js";
import { llama } from "./llama-definition.js";

const model = llama.configure(small);

test.each(["cpu", "gpu", "tpu"])(
  "every program of a model of one's own lowers for %s, to StableHLO only",
  (target) => {
    for (const kind of ["read", "continue", "next", "everything"] as const) {
      const traced = model.program({ kind, batch: 2, time: kind === "next" ? 1 : 8, dtype: "f32" });
      const { module } = lowerProgram(traced, { target });
      const dialects = new Set([...walk(module)].map(({ name }) => name.split(".")[0]));
      expect(
        [...dialects].filter((dialect) => !["builtin", "func", "stablehlo", "chlo"].includes(dialect!)),
      ).toEqual([]);
    }
  },
);

test("its programs take and give what its author calls so", () => {
  const { arguments: args, results } = model.program({ kind: "next", batch: 2, time: 1, dtype: "f32" });
  const named = (role: string) => args.filter((argument) => argument.role === role).map(({ name }) => name);
  expect(named("input")).toEqual(["ids", "place"]);
  expect(named("state")).toEqual([
    "seen",
    "block.0.keys",
    "block.0.values",
    "block.1.keys",
    "block.1.values",
  ]);
  expect(results.filter(({ role }) => role === "output").map(({ name, axes }) => [name, ...axes])).toEqual([
    ["scores", "row", "word"],
    ["choice", "row", "step"],
  ]);
});

test("its tensors are called in checkpoints as its author says, in both directions", () => {
  const { parameters, names } = model;
  const stored = parameters.map((parameter) => names.nameOf(parameter));
  expect(stored.map((tensor) => names.pathOf(tensor))).toEqual(parameters);
  expect(stored.slice(0, 3).map(({ name }) => name)).toEqual([
    "model.embed_tokens.weight",
    "model.layers.0.input_layernorm.weight",
    "model.layers.0.self_attn.q_proj.weight",
  ]);
});
