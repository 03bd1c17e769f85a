/** @file Text to IR: modules, attributes, types, and files of several sections. */
import type { Attribute } from "../attribute.js";
import type { Dialect } from "../dialect.js";
import { fileLocation } from "../location.js";
import type { Block, Operation } from "../operation.js";
import { detachOperation, makeBlock, makeOperation, makeRegion } from "../rewriter.js";
import type { Type } from "../types.js";
import { ParseContext } from "./context.js";
import { KnownOps } from "./known-ops.js";
import { OperationParser, TooManyErrors } from "./operation-parser.js";
import { parseAttribute as readAttribute } from "./parse-attributes.js";
import { parseLocation } from "./parse-locations.js";
import { skipFileMetadata } from "./parse-resources.js";
import { parseType as readType } from "./parse-types.js";
import { combineErrors, Source } from "./source.js";
import { type OptionNames, checkOptions } from "../../support/options.js";

export interface ParseOptions {
  /** Name of the file for positions (default `-`). */
  readonly file?: string | undefined;
  /** Number of the first line, for a section of a larger file (default 1). */
  readonly firstLine?: number | undefined;
  /** Keep generic ops that the op table does not know (default: they are errors). */
  readonly allowUnknownOps?: boolean | undefined;
  /** Whose ops the text may name beside the built-in ones. */
  readonly dialects?: readonly Dialect[] | undefined;
}

export const PARSE_OPTIONS: OptionNames<ParseOptions> = {
  file: true,
  firstLine: true,
  allowUnknownOps: true,
  dialects: true,
};

/**
 * `#a = attribute`, `!t = type` and `{-# .. #-}`, which stand beside operations at the top. False when
 * neither is here.
 */
function parseTopLevel(context: ParseContext): boolean {
  const { cursor } = context;
  if (cursor.kind === "{-#") {
    skipFileMetadata(context);
    return true;
  }
  if (cursor.kind !== "attribute" && cursor.kind !== "type") return false;
  const isType = cursor.kind === "type";
  const name = cursor.spelling;
  if (name.includes(".")) cursor.fail(`the name of an alias cannot have a dot: ${name}`);
  cursor.advance();
  cursor.expect("=", "after the name of an alias");
  if (isType) {
    context.typeAliases.set(name, readType(context));
  } else if (cursor.isWord("loc")) {
    context.locationAliases.set(name, parseLocation(context));
  } else {
    const before = context.expanded;
    const value = readAttribute(context);
    context.attributeAliases.set(name, { value, size: context.expanded - before });
  }
  return true;
}

/** The one module of the text, or a module around its operations. */
function moduleOf(operations: Block, context: ParseContext): Operation {
  const { first } = operations;
  if (first !== undefined && first === operations.last && first.name === "builtin.module") {
    detachOperation(first);
    return first;
  }
  return makeOperation({
    name: "builtin.module",
    regions: [makeRegion([operations])],
    // Where no module is written, MLIR places it before the first line.
    location: fileLocation({ file: context.source.file, line: 0, column: 0 }),
  });
}

/**
 * Parses a program. Several top-level operations are put in a module; a single `module` is the result itself.
 * @throws ParseError with every error of the text (`all`), each with file, line, column, source line and
 * caret; UsageError for two dialects of a name
 */
export function parseModule(text: string, options: ParseOptions = {}): Operation {
  checkOptions("parseModule", options, PARSE_OPTIONS);
  const source = new Source(text, options.file ?? "-", options.firstLine);
  const context = new ParseContext(source, new KnownOps(options.dialects ?? []));
  const parser = new OperationParser(context, options.allowUnknownOps ?? false, () => parseTopLevel(context));
  const block = makeBlock([]);
  try {
    parser.operations(block, true);
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
  }
  if (parser.errors.length > 0) throw combineErrors(parser.errors);
  return moduleOf(block, context);
}

function parseWhole<T>(text: string, parse: (context: ParseContext) => T): T {
  const context = new ParseContext(new Source(text, "-"), new KnownOps([]));
  const value = parse(context);
  if (context.cursor.kind !== "end") context.cursor.failExpected("the end of the text");
  return value;
}

/** Parses one attribute, e.g. `dense<1> : tensor<2xi64>`. @throws ParseError */
export const parseAttribute = (text: string): Attribute => parseWhole(text, readAttribute);

/** Parses one type, e.g. `tensor<2x?xf32>`. @throws ParseError */
export const parseType = (text: string): Type => parseWhole(text, readType);

/** A part of a file between `// -----` lines. */
export interface InputSection {
  readonly text: string;
  /** Line of the file where the section starts. */
  readonly firstLine: number;
}

/**
 * Splits a file at lines that start with `// -----`; parse a section with its `firstLine` for positions in
 * the file.
 */
export function splitInput(text: string): InputSection[] {
  const sections: InputSection[] = [];
  let lines: string[] = [];
  let firstLine = 1;
  text.split("\n").forEach((line, index) => {
    if (!/^[ \t]*\/\/ -----/.test(line)) {
      lines.push(line);
      return;
    }
    sections.push({ text: lines.join("\n"), firstLine });
    lines = [];
    firstLine = index + 2;
  });
  return [...sections, { text: lines.join("\n"), firstLine }];
}
