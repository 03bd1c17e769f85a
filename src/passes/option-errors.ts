/** @file What zod finds wrong with an option, in people's words. */
import type { z } from "zod";
import type { ErrorDetails } from "../support/errors.js";

type Issue = z.core.$ZodIssue;

const typeNames: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a word",
  boolean: "true or false",
};

/** What would have been right, e.g. `a whole number, at least 1`. */
function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected] ?? issue.expected;
    case "invalid_value":
      return `${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${String(issue.minimum)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${String(issue.maximum)}`;
    case "not_multiple_of":
      return `a multiple of ${String(issue.divisor)}`;
    case "invalid_union": {
      const branches = issue.errors.flatMap((errors) => errors.slice(0, 1).map(describeIssue));
      return [...new Set(branches)].join(", or ");
    }
    default:
      return issue.message;
  }
}

/** The option of a pass that is wrong, the first when there are several: its name, and what an error says of it. */
export function describeWrongOption(
  pass: string,
  { issues }: z.ZodError,
): { readonly option: string; readonly details: ErrorDetails } {
  const issue = issues[0]!;
  const option = String(issue.path[0]);
  const message = `option "${option}" of ${pass} is not valid`;
  return { option, details: { message, expected: describeIssue(issue) } };
}
