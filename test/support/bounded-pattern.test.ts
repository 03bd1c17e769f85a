import { expect, test } from "vitest";
import { boundedSearch } from "../../src/support/bounded-pattern.js";
import { errorText } from "../weights/files.js";

test("a search gives what it found", () => {
  expect(boundedSearch("--freeze", (find) => find(/a+/, (each) => each.exec("baac")?.[0]))).toBe("aa");
});

test("an error of the search is its own", () => {
  expect(() =>
    boundedSearch("--freeze", () => {
      throw new RangeError("no such name");
    }),
  ).toThrow(new RangeError("no such name"));
});

test("an expression that tries all ways is ended, and named", async () => {
  const text = "a".repeat(60);
  const search = () =>
    boundedSearch(
      "--freeze",
      (find) => [/b/, /^(a+)+$/].map((pattern) => find(pattern, (each) => each.test(`${text}!`))),
      { where: "training.safetensors", ms: 30 },
    );
  expect(await errorText(search)).toBe(
    [
      "usage error: --freeze does not come to an end",
      "  expected: a regular expression that is found, or not, within 0.03 s",
      "  got:      ^(a+)+$",
      "  at:       training.safetensors",
      "  hint:     an expression such as (a+)+$ tries all ways: of nested repetitions one is enough",
    ].join("\n"),
  );
});
