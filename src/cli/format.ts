/** @file What the text of `generate` and `chat` is to be, as options say it. */
import type { Format } from "../tokens/index.js";
import { EnvironmentError, UsageError } from "../support/errors.js";
import { JsonError, parseJson } from "../support/json.js";
import type { FormatFlags } from "./options.js";
import { promptBound, readFileWithin, type Stoppable } from "./read-input.js";

/** @throws UsageError for several formats at once, a file that cannot be read, and what is no JSON */
export async function formatOf(
  context: Stoppable,
  { regex, jsonSchema, jsonWhitespace }: FormatFlags,
): Promise<Format | undefined> {
  if (regex !== undefined && jsonSchema !== undefined) {
    throw new UsageError({
      message: "the format is given in two ways",
      expected: "one of --regex and --json-schema",
    });
  }
  if (jsonWhitespace !== undefined && jsonSchema === undefined) {
    throw new UsageError({
      message: "--json-whitespace goes with --json-schema",
      hint: "a regular expression says itself where spaces may stand",
    });
  }
  if (regex !== undefined) return { regex };
  if (jsonSchema === undefined) return undefined;
  const isText = /^\s*(?:\{|true|false)/.test(jsonSchema);
  const text = isText ? jsonSchema : await readSchema(context, jsonSchema);
  return { schema: parseSchema(text, isText ? "--json-schema" : jsonSchema), whitespace: jsonWhitespace };
}

async function readSchema(context: Stoppable, path: string): Promise<string> {
  try {
    return `${await readFileWithin(context, path, promptBound)}`;
  } catch (cause) {
    if (!(cause instanceof EnvironmentError)) throw cause;
    throw new UsageError({
      message: "--json-schema is neither a schema nor a file that can be read",
      expected: 'a JSON schema, such as \'{"type": "integer"}\', or the path of one',
      got: cause.details.got ?? cause.details.details?.join("\n"),
      hint: cause.details.hint,
      cause,
    });
  }
}

function parseSchema(text: string, where: string): boolean | Readonly<Record<string, unknown>> {
  try {
    // What a schema may be is looked at where it becomes a format.
    return parseJson(text) as boolean | Readonly<Record<string, unknown>>;
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new UsageError({
      message: "--json-schema is no JSON",
      got: cause.message,
      where,
      cause,
    });
  }
}
