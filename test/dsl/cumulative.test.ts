import { expect, test } from "vitest";
import { axis, cumLogSumExp, cummax, cummin, cumprod, cumsum, input, program } from "../../src/dsl/index.js";
import { traceComplaint } from "./trace.js";

const cumulatives: Readonly<Record<string, typeof cumLogSumExp>> = {
  ...{ cumsum, cumprod, cummax, cummin, cumLogSumExp },
};

test.each(Object.entries(cumulatives))(
  "%s over an axis that is not there is an error with its own name",
  (name, cumulative) => {
    const complaint = traceComplaint(() => {
      const x = input("x", [axis("time", 2)], "f32");
      return { y: cumulative(x, "row" as "time") };
    });
    expect(complaint).toContain(`shape error: ${name}: there is no axis "row"\n  got:      [time 2] f32\n`);
  },
);

test("an empty axis has nothing to leave out", () => {
  const none = program({ name: "none" }, () => {
    const x = input("x", [axis("time", 0)], "f32");
    return { y: cumsum(x, "time", { exclusive: true }) };
  });
  expect(none.results.map(({ dimensions }) => dimensions)).toEqual([[0]]);
});
