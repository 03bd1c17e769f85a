/** @file Lines of JSON that ask something: text made of their fields by a template, and what is right. */
import { DataError, parseJsonLine, readLines } from "../../data/index.js";

/** A line, and its file and number. */
export interface Question {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly where: string;
}

/** How the text of a question is made. */
export interface QuestionText {
  /** With `{field}`s of the line. */
  readonly template: string;
  /** Stands in front of every question, such as solved examples. */
  readonly preamble: string;
}

/** All lines of files of JSON lines that are not blank. @throws DataError for one that is no object, and a file without any */
export async function readQuestions(paths: readonly string[]): Promise<readonly Question[]> {
  const questions: Question[] = [];
  for (const path of paths) {
    const before = questions.length;
    for await (const { text, where } of readLines(path))
      if (text.trim() !== "") questions.push({ fields: parseJsonLine(text, where), where });
    if (questions.length > before) continue;
    throw new DataError({ message: "a file has no questions", expected: "one line or more", where: path });
  }
  return questions;
}

/** What is asked: the preamble, and the template with each `{field}` as the line has it. @throws DataError for a field that the line has not as text */
export function textOf({ fields, where }: Question, { template, preamble }: QuestionText): string {
  const question = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = fields[name];
    if (typeof value === "string" || typeof value === "number") return String(value);
    throw new DataError({
      message: `a line has no text "${name}", which the template asks for`,
      expected: `fields of the template ${JSON.stringify(template)}`,
      got: `the fields ${Object.keys(fields).join(", ")}`,
      where,
      hint: "--template says which fields make a question",
    });
  });
  return preamble + question;
}
