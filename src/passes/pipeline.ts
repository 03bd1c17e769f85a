/** @file Pipelines as text: `fuse-rglru-gates,lower-linear-scan{strategy=blocked block=128}`. */
import { type ErrorDetails, UsageError } from "../support/errors.js";
import { suggestion } from "../support/suggest.js";
import { describeWrongOption } from "./option-errors.js";
import type { Pass, Pipeline, PipelineStep } from "./pass.js";
import type { PassRegistry } from "./registry.js";

/** A word of the pipeline and where it stands. */
interface Word {
  readonly text: string;
  readonly at: number;
}

interface OptionText {
  readonly name: Word;
  /** Absent for a bare name, which means true. */
  readonly value: Word | undefined;
}

/** Complains at a place of `source`: the text with a caret line under the offending word. */
function fail(
  source: string,
  word: Word,
  details: Pick<ErrorDetails, "message" | "expected" | "hint">,
): never {
  const marks = "^".repeat(Math.max(1, word.text.length));
  throw new UsageError({
    ...details,
    where: `pipeline, column ${word.at + 1}`,
    details: [source, `${" ".repeat(word.at)}${marks}`],
  });
}

/** Reads the pipeline's characters from left to right. */
class Reader {
  #at = 0;

  constructor(readonly source: string) {}

  /** What matches here, blanks before it skipped; nothing is consumed without a match. */
  take(pattern: RegExp): Word | undefined {
    const blanks = /^\s*/.exec(this.source.slice(this.#at))![0].length;
    const match = pattern.exec(this.source.slice(this.#at + blanks));
    if (match === null) return undefined;
    const word = { text: match[0], at: this.#at + blanks };
    this.#at = word.at + word.text.length;
    return word;
  }

  expect(pattern: RegExp, what: string): Word {
    const word = this.take(pattern);
    if (word !== undefined) return word;
    const rest = this.take(/^\S/) ?? { text: "", at: this.source.length };
    const message = rest.text === "" ? "the pipeline ends early" : `unexpected "${rest.text}"`;
    fail(this.source, rest, { message, expected: what });
  }

  get atEnd(): boolean {
    return this.source.slice(this.#at).trim() === "";
  }
}

const passName = /^[\w-]+/;
const optionName = /^[\w-]+/;
const optionValue = /^(?:"[^"]*"|[^\s{}"]+)/;

function readOptions(reader: Reader): OptionText[] {
  const options: OptionText[] = [];
  while (reader.take(/^\}/) === undefined) {
    const name = reader.expect(optionName, 'an option, or "}"');
    const value = reader.take(/^=/) === undefined ? undefined : reader.expect(optionValue, "a value");
    options.push({ name, value });
  }
  return options;
}

/** Numbers and booleans as such, quoted text without its quotes, all else as it stands. */
function optionOf(value: Word | undefined): unknown {
  if (value === undefined) return true;
  const { text } = value;
  if (text.startsWith('"')) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text) ? Number(text) : text;
}

function configure(source: string, pass: Pass, name: Word, options: readonly OptionText[]): PipelineStep {
  const known = Object.keys(pass.options.shape);
  const raw: Record<string, unknown> = {};
  for (const option of options) {
    const key = option.name.text;
    if (!known.includes(key)) {
      fail(source, option.name, {
        message: `${pass.name} has no option "${key}"`,
        hint: known.length === 0 ? `${pass.name} has no options` : suggestion(key, known),
      });
    }
    if (key in raw) fail(source, option.name, { message: `option "${key}" of ${pass.name} is given twice` });
    raw[key] = optionOf(option.value);
  }
  const checked = pass.options.safeParse(raw);
  if (checked.success) return pass.with(raw);
  const { option, details } = describeWrongOption(pass.name, checked.error);
  const wrong = options.find(({ name }) => name.text === option);
  fail(source, wrong?.value ?? wrong?.name ?? name, details);
}

/**
 * The passes of `registry` that `source` names, their options checked. Blanks are free; an empty text is the empty
 * pipeline.
 * @throws UsageError with a caret under the word that is wrong
 */
export function parsePipeline(source: string, registry: PassRegistry): Pipeline {
  const reader = new Reader(source);
  const steps: PipelineStep[] = [];
  if (reader.atEnd) return steps;
  do {
    const name = reader.expect(passName, "the name of a pass");
    const pass = registry.find(name.text);
    if (pass === undefined)
      fail(source, name, {
        message: `unknown pass "${name.text}"`,
        hint: suggestion(name.text, registry.names),
      });
    const options = reader.take(/^\{/) === undefined ? [] : readOptions(reader);
    steps.push(configure(source, pass, name, options));
  } while (reader.take(/^,/) !== undefined);
  if (!reader.atEnd) reader.expect(/^,/, '"," or the end');
  return steps;
}

const plainValue = /^[^\s{}"]+$/;

function printOption([name, value]: readonly [string, unknown]): readonly string[] {
  if (value === undefined) return [];
  const text = String(value);
  return [`${name}=${plainValue.test(text) ? text : `"${text}"`}`];
}

/** The text of a pipeline, which `parsePipeline` reads; options that were left out are not written. */
export function printPipeline(pipeline: Pipeline): string {
  const printStep = ({ name, options }: PipelineStep): string => {
    const given = Object.entries(options).flatMap(printOption);
    return given.length === 0 ? name : `${name}{${given.join(" ")}}`;
  };
  return pipeline.map(printStep).join(",");
}
