import { expect, test } from "vitest";
import * as dsl from "../../src/dsl/index.js";
import { axis, input } from "../../src/dsl/index.js";
import { traceComplaint } from "./trace.js";

test.each(["cumsum", "cumprod", "cummax", "cummin", "cumLogSumExp"] as const)(
  "%s over an axis that is not there is an error with its own name",
  (name) => {
    const complaint = traceComplaint(() => {
      const x = input("x", [axis("time", 2)], "f32");
      const cumulative = dsl[name] as typeof dsl.cumLogSumExp;
      return { y: cumulative(x, "row" as "time") };
    });
    expect(complaint).toContain(`shape error: ${name}: there is no axis "row"\n  got:      [time 2] f32\n`);
  },
);

test("an empty axis has nothing to leave out", () => {
  const none = dsl.program({ name: "none" }, () => {
    const x = input("x", [axis("time", 0)], "f32");
    return { y: dsl.cumsum(x, "time", { exclusive: true }) };
  });
  expect(none.results.map(({ dimensions }) => dimensions)).toEqual([[0]]);
});
