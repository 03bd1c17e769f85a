/** @file Schemas of zod as JSON schemas, as far as those say all of it. */
import { z } from "zod";
import { UsageError } from "../support/errors.js";

/** What a check of zod's tells of itself. */
const checkDefinition = z.looseObject({ check: z.string(), pattern: z.instanceof(RegExp).optional() });

/**
 * What a schema takes, as a JSON schema.
 * @throws UsageError for types that JSON has not, refinements, which no schema tells, and patterns that ignore case
 */
export function zodJsonSchema(schema: z.ZodType): Readonly<Record<string, unknown>> {
  try {
    return z.toJSONSchema(schema, {
      io: "input",
      override: ({ zodSchema, path }) => {
        const { checks = [] } = zodSchema._zod.def;
        checkAll([zodSchema._zod.def, ...checks.map((check) => check._zod.def)], path);
      },
    });
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError({
      message: "the schema of zod is no JSON schema",
      expected: "types that JSON has",
      got,
      cause,
    });
  }
}

function checkAll(definitions: readonly unknown[], path: readonly (string | number)[]): void {
  for (const definition of definitions) {
    const { data } = checkDefinition.safeParse(definition);
    const where = `#/${path.join("/")} of the schema of zod`;
    if (data?.check === "custom") {
      throw new UsageError({
        message: "the schema of zod has a refinement, which generation cannot hold to",
        expected: "checks that a JSON schema can say",
        where,
        hint: "leave it out of the format, and check what comes with it",
      });
    }
    if (data?.pattern?.ignoreCase !== true) continue;
    throw new UsageError({
      message: "the schema of zod has a pattern that ignores case, which a JSON schema cannot say",
      got: String(data.pattern),
      where,
      hint: "write both cases: [Aa]",
    });
  }
}
