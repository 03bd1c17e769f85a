/** @file What a line of a data file may say: a prompt and its completion, a dialogue, or a text. */
import { z } from "zod";
import { JsonError, parseJson } from "../support/json.js";
import { DataError } from "./errors.js";

const text = z.string().min(1, "empty");

const message = z.object({ role: z.string().min(1, "empty"), content: z.string() });

const completionExample = z.object({ prompt: z.string(), completion: z.string() });
const chatExample = z.object({ messages: z.array(message).min(1, "empty") });
const textExample = z.object({ text });

/** One thing to learn: only the completion of a prompt, only the assistant's part of a dialogue, all of a text. */
export type Example =
  | ({ readonly kind: "completion" } & Readonly<z.output<typeof completionExample>>)
  | ({ readonly kind: "chat" } & Readonly<z.output<typeof chatExample>>)
  | {
      readonly kind: "text";
      readonly text: string;
      /** Whether the document ends here; a long file of text is read in passages. */
      readonly ends: boolean;
    };

const FORMS = '{"prompt", "completion"}, {"messages": [{"role", "content"}]} or {"text"}';

/** How the forms are told apart: by a field of theirs. Fields beside them are nobody's business. */
const forms = [
  { field: "messages", schema: chatExample.transform((chat) => ({ kind: "chat", ...chat }) as const) },
  {
    field: "completion",
    schema: completionExample.transform((pair) => ({ kind: "completion", ...pair }) as const),
  },
  { field: "text", schema: textExample.transform((one) => ({ kind: "text", ends: true, ...one }) as const) },
] as const;

/** Half of a pair of UTF-16 without the other, in a string that JSON escapes: no character, so that tokenizers would put another in its place. */
const isHalved = (value: unknown): boolean =>
  typeof value === "string"
    ? /\p{Surrogate}/u.test(value)
    : typeof value === "object" && value !== null && Object.values(value).some(isHalved);

/** The object of a line of JSON. @param where file and line @throws DataError */
export function parseJsonLine(line: string, where: string): Readonly<Record<string, unknown>> {
  const value = parse(line, where);
  if (/\\ud[89a-f]/i.test(line) && isHalved(value)) {
    throw new DataError({
      message: "a line has half a character",
      expected: "pairs of \\uD800 to \\uDBFF and \\uDC00 to \\uDFFF",
      got: "one without the other",
      where,
      hint: "a text that was cut between them has it: the character in UTF-8, or none of it",
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new DataError({
    message: "a line is no JSON object",
    expected: "an object on each line",
    got: line.length > 60 ? `${line.slice(0, 60)}...` : line,
    where,
  });
}

function parse(line: string, where: string): unknown {
  try {
    return parseJson(line);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new DataError({
      message: "a line is no JSON",
      expected: FORMS,
      got: cause.message,
      where,
      hint: "each line of a .jsonl file is one whole JSON object; plain text goes into a .txt file",
      cause,
    });
  }
}

/** What a line of JSON says. @param where file and line @throws DataError */
export function parseExample(line: string, where: string): Example {
  const object = parseJsonLine(line, where);
  const form = forms.find(({ field }) => field in object);
  if (form === undefined) {
    throw new DataError({
      message: "a line has none of the known forms",
      expected: FORMS,
      got: `the fields ${Object.keys(object).join(", ") || "of an empty object"}`,
      where,
    });
  }
  const { success, data, error } = form.schema.safeParse(object);
  if (success) return data;
  const [issue] = error.issues;
  throw new DataError({
    message: `a line is not as its field "${form.field}" says`,
    expected: FORMS,
    got: `${issue!.path.join(".")}: ${issue!.message}`,
    where,
  });
}
