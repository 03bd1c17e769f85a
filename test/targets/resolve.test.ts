import { describe, expect, it, test } from "vitest";
import { resolveTarget, targetExamples, targets } from "../../src/targets/index.js";
import { findTargetOf } from "../../src/targets/resolve.js";
import { UsageError } from "../../src/support/errors.js";

describe("resolveTarget", () => {
  it.each([
    ["cpu", "cpu"],
    ["gpu", "gpu"],
    ["cuda", "gpu"],
    ["rocm", "gpu"],
    ["tpu", "tpu"],
  ])("%s is %s, on devices that are there", (name, target) => {
    const resolved = resolveTarget(name);
    expect({ ...resolved, target: resolved.target.name }).toEqual({ name, target, topology: undefined });
  });

  it.each([
    ["tpu:v5e:2x2", { name: "v5e:2x2", topology: "v5e:2x2", options: {} }],
    [
      "tpu:v4:2x2x1:megacore",
      { name: "v4:2x2x1:megacore", topology: "v4:2x2x1", options: { chip_config_name: "megacore" } },
    ],
    ["tpu:v5p", { name: "v5p", topology: "v5p:2x2x1", options: {} }],
  ])("%s describes devices", (name, topology) => {
    expect(resolveTarget(name).topology).toEqual(topology);
  });

  it.each([
    ["cpu", "cpu"],
    ["cuda", "gpu"],
    ["CUDA", "gpu"],
    ["rocm", "gpu"],
    ["tpu", "tpu"],
  ])("a client of the platform %s is of target %s", (platformName, name) => {
    expect(resolveTarget({ platformName }).target.name).toBe(name);
  });

  it("gives a target as it is", () => {
    for (const target of targets) expect(resolveTarget(target).target).toBe(target);
  });

  it("does not take one platform for another", () => {
    expect(findTargetOf({ platformName: "METAL" })).toBeUndefined();
    expect(() => resolveTarget({ platformName: "METAL" })).toThrow(
      `usage error: there is no target for devices of the platform "METAL"
  expected: cpu, gpu, cuda, rocm, tpu
  hint:     say what they are like, e.g. target: "cpu", or declare a target with defineTarget`,
    );
  });

  it.each([
    ["tpv:v5e", 'usage error: there is no target "tpv:v5e"\n  hint:     did you mean tpu?'],
    ["v5e:2x2", 'usage error: there is no target "v5e:2x2"\n  hint:     did you mean tpu:v5e:2x2?'],
    ["abacus", 'usage error: there is no target "abacus"\n  hint:     known: cpu, gpu, cuda, rocm, tpu'],
    [
      "tpu:v9",
      `usage error: there is no TPU chip "v9"
  expected: v2, v3, v4, v5e, v5p, v6e, tpu7x
  hint:     did you mean v2?`,
    ],
    [
      "tpu:v5f:2x2",
      `usage error: there is no TPU chip "v5f"
  expected: v2, v3, v4, v5e, v5p, v6e, tpu7x
  hint:     did you mean v5e?`,
    ],
    [
      "tpu:constructor:2x2",
      `usage error: there is no TPU chip "constructor"
  expected: v2, v3, v4, v5e, v5p, v6e, tpu7x`,
    ],
    [
      "tpu:toString",
      `usage error: there is no TPU chip "toString"
  expected: v2, v3, v4, v5e, v5p, v6e, tpu7x`,
    ],
    [
      "tpu:v5e:two",
      `usage error: "v5e:two" is no topology of TPUs
  expected: a chip and how many of them along each axis, e.g. v5e:2x2
  got:      v5e:two`,
    ],
    [
      "cpu:v5e:2x2",
      `usage error: "cpu:v5e:2x2" names devices, and programs for cpu are compiled for those that are there
  expected: cpu
  got:      cpu:v5e:2x2`,
    ],
  ])("refuses %s", (name, message) => {
    expect(() => resolveTarget(name)).toThrow(UsageError);
    expect(() => resolveTarget(name)).toThrow(message);
  });
});

test("no two targets have a name in common", () => {
  const names = targets.flatMap(({ name, platforms }) => [...new Set([name, ...platforms])]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("help texts name every target, and devices that are described", () => {
  expect(targetExamples).toBe("cpu, gpu, tpu, tpu:v5e:2x2 ...");
});
