import { describe, expect, it } from "vitest";
import { consumedBy, type Interface, planWeights } from "../../src/program/index.js";

/** A program that takes these parameters, and an input of the same name as one. */
const taking = (...paths: readonly string[]): Interface => ({
  name: paths.join("+"),
  arguments: [
    ...(["input"] as const).map((role) => ({ role, name: "a" })),
    ...paths.map((name) => ({ role: "parameter" as const, name })),
  ].map((argument) => ({ ...argument, axes: [], elementType: "f32", dimensions: [], donated: false })),
  results: [],
});

describe("the plan of weights", () => {
  const [one, two] = [taking("a", "b"), taking("b", "c")];
  const plan = planWeights([taking("c", "d"), taking("d")], [one, two]);

  it("says of each parameter who takes it", () => {
    expect([...plan].map(([path, { use }]) => `${path} ${use}`).sort()).toEqual([
      "a consumed",
      "b consumed",
      "c both",
      "d kept",
    ]);
    expect(plan.get("b")!.preparations).toEqual([one, two]);
    expect(plan.get("d")!.preparations).toEqual([]);
  });

  it("gives a parameter up when the last preparation that takes it has run, and no other", () => {
    expect(consumedBy(plan, new Set())).toEqual([]);
    expect(consumedBy(plan, new Set([one]))).toEqual(["a"]);
    expect(consumedBy(plan, new Set([two]))).toEqual([]);
    expect(consumedBy(plan, new Set([one, two]))).toEqual(["a", "b"]);
  });
});
