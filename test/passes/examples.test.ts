import { describe, expect, it } from "vitest";
import { standardPasses } from "../../src/passes/registry.js";
import { normal, run } from "./text.js";

describe.each(standardPasses.map((pass) => [pass.name, pass] as const))("the example of %s", (name, pass) => {
  const { before, after, options } = pass.example;
  const pipeline = options === undefined ? name : `${name}{${options}}`;

  it("becomes what it says", () => {
    expect(run(pipeline, before)).toBe(normal(after));
  });

  it("stays as it is the second time", () => {
    expect(run(`${pipeline},${pipeline}`, before)).toBe(normal(after));
  });

  it("counts a change the first time and none the second", () => {
    const changed: boolean[] = [];
    run(`${pipeline},${pipeline}`, before, (event) => changed.push(event.changed));
    expect(changed).toEqual([true, false]);
  });
});
