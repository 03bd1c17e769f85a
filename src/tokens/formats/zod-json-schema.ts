/** @file Schemas of zod as JSON schemas, as far as those say all of it. */
import { z } from "zod";
import { UsageError } from "../../support/errors.js";

/** What schemas and checks of zod tell of themselves. */
const definitionSchema = z.looseObject({
  type: z.string().optional(),
  check: z.string().optional(),
  pattern: z.instanceof(RegExp).optional(),
  /** Of a pipe: what comes after what is taken. */
  out: z.custom<z.core.$ZodType>().optional(),
});

/**
 * What a schema takes, as a JSON schema.
 * @throws UsageError for types that JSON has not; refinements, changes before checks and checks after changes, which no JSON schema tells; patterns
 * that ignore case
 */
export function zodJsonSchema(schema: z.ZodType): Readonly<Record<string, unknown>> {
  try {
    return z.toJSONSchema(schema, {
      io: "input",
      override: ({ zodSchema: { _zod }, path }) => {
        const checks = (_zod.def.checks ?? []).map((check) => check._zod.def);
        for (const definition of [_zod.def, ...checks]) checkDefinition(definition, checks.length, path);
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

function checkDefinition(definition: unknown, checks: number, path: readonly (string | number)[]): void {
  const { data = {} } = definitionSchema.safeParse(definition);
  const where = `#/${path.join("/")} of the schema of zod`;
  const refuse = (what: string, hint: string): never => {
    throw new UsageError({
      message: `the schema of zod has ${what}, which generation cannot hold to`,
      expected: "checks of what is written, as a JSON schema says them",
      where,
      hint,
    });
  };
  const later = "leave it out of the format, and check what comes with it";
  if (data.check === "custom") refuse("a refinement", later);
  // Of what is written no check is made then, but of what it becomes.
  if (data.check === "overwrite" && checks > 1) refuse("a change of a text that is checked", later);
  if (data.type === "pipe" && data.out?._zod.def.type !== "transform")
    refuse("a check of what becomes of a value", later);
  if (data.pattern?.ignoreCase === true)
    refuse(`a pattern that ignores case, ${data.pattern}`, "write both cases: [Aa]");
}
