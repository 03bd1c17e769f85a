/**
 * @file Operations, regions and blocks: the part of the grammar that makes IR. Errors inside a block do not
 * end it.
 */
import { ParseError } from "../errors.js";
import { fileLocation, type Location } from "../location.js";
import type { Block, Operation, Region, Value } from "../operation.js";
import { nearestName } from "../../support/suggest.js";
import type { OpDefinition } from "../ops/define.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../rewriter.js";
import { formatType, type Type } from "../types.js";
import type { ParseContext } from "./context.js";
import type { FormParser, ParsedArgument, ParsedParts } from "./forms/form.js";
import { findForm } from "./forms/index.js";
import { largeIntegerHint } from "./large-integers.js";
import { type Entry, parseEntries, toDictionary } from "./parse-attributes.js";
import { parseOptionalLocation } from "./parse-locations.js";
import { parseTemplate } from "./parse-template.js";
import { parseType } from "./parse-types.js";
import { Scope } from "./scope.js";
import { parseGeneric } from "./parse-generic.js";
import { unquote } from "./strings.js";
import { templateOf } from "./template.js";

/** Names on the left of `=`, each with the number of results it takes. */
interface ResultNames {
  readonly name: string;
  readonly count: number;
  readonly at: number;
}

/** Parsing stops after this many errors. */
const mostErrors = 20;

const vhloHint =
  "VHLO is what portable artifacts hold: give the artifact, whose bytes are read, or StableHLO text";

/** Thrown for a use of a value whose operation has been complained about already. */
class Consequence extends Error {}

/** Thrown when there are too many errors to go on. */
export class TooManyErrors extends Error {}

export class OperationParser implements FormParser {
  readonly errors: ParseError[] = [];
  readonly #scope = new Scope();
  /** The dialect whose ops are written without it, per region around the cursor. */
  #dialect = "builtin.";

  constructor(
    readonly context: ParseContext,
    readonly allowUnknownOps: boolean,
    /** Takes what only the top level has (aliases, metadata), if it is there. */
    readonly parseTopLevel: () => boolean,
  ) {}

  get cursor() {
    return this.context.cursor;
  }

  /**
   * Parses operations into `block` until `}`, a block label or the end of the text; keeps going after errors.
   */
  operations(block: Block, isTopLevel = false): void {
    const { cursor } = this;
    const done = (): boolean =>
      cursor.kind === "end" || (!isTopLevel && (cursor.kind === "}" || cursor.kind === "block"));
    while (!done()) {
      const mark = cursor.mark();
      try {
        if (isTopLevel && this.parseTopLevel()) continue;
        insertOperation(this.operation(), block);
      } catch (error) {
        this.#complain(error);
        cursor.return(mark);
        this.#defineBroken();
        this.#skipOperation();
      }
    }
  }

  #complain(error: unknown): void {
    if (error instanceof Consequence) return;
    if (!(error instanceof ParseError)) throw error;
    this.errors.push(error);
    if (this.errors.length >= mostErrors) throw new TooManyErrors();
  }

  /**
   * Marks the results of the operation at the cursor, which did not parse, so that their uses are no errors
   * too.
   */
  #defineBroken(): void {
    const { cursor } = this;
    const mark = cursor.mark();
    while (cursor.kind === "value") {
      this.#scope.define(cursor.spelling, "broken");
      cursor.advance();
      if (cursor.accept(":")) cursor.accept("integer");
      if (!cursor.accept(",")) break;
    }
    cursor.return(mark);
  }

  /** Steps to the next line at this depth that may start an operation. */
  #skipOperation(): void {
    const { cursor } = this;
    let depth = 0;
    let { line } = cursor;
    do {
      if (cursor.kind === "{" || cursor.kind === "(") depth++;
      if (cursor.kind === "}" || cursor.kind === ")") depth--;
      cursor.advance();
      const isNewLine = cursor.line !== line;
      line = cursor.line;
      if (depth <= 0 && (cursor.kind === "}" || (isNewLine && this.#mayStart()))) return;
    } while (cursor.kind !== "end");
  }

  /** Whether the current token may be the first of an operation, a block or a definition. */
  #mayStart(): boolean {
    const { cursor } = this;
    if (cursor.kind === "value") return /[=:,]/.test(cursor.following);
    if (cursor.kind === "name")
      return (
        cursor.spelling.includes(".") || this.context.ops.find(this.#nameOf(cursor.spelling)) !== undefined
      );
    return /^(?:string|block|attribute|type|\{-#)$/.test(cursor.kind);
  }

  /** The name of an op that may be written without its dialect: it is of the region's own, or of `func` anywhere. */
  #nameOf(written: string): string {
    if (written === "module") return "builtin.module";
    if (written.includes(".")) return written;
    const own = `${this.#dialect}${written}`;
    const ofFunc = `func.${written}`;
    return this.context.ops.find(own) === undefined && this.context.ops.find(ofFunc) !== undefined
      ? ofFunc
      : own;
  }

  /** One operation with its result names and location. */
  operation(): Operation {
    const { cursor } = this;
    const names = this.#resultNames();
    const at = cursor.start;
    const here = this.here();
    const [name, parts] = cursor.kind === "string" ? this.#generic() : this.#custom();
    const location = parseOptionalLocation(this.context) ?? parts.location ?? here;
    const declaration = this.context.ops.declarationOf(name);
    const operation = makeOperation({ name, declaration, ...parts, location });
    this.#bind(names, operation, at);
    return operation;
  }

  /** The place of the current token, the location of an operation that names none. */
  here(): Location {
    const { line, start, lineStart } = this.cursor;
    return fileLocation({ file: this.context.source.file, line, column: start - lineStart + 1 });
  }

  #resultNames(): ResultNames[] {
    const { cursor } = this;
    const names: ResultNames[] = [];
    if (cursor.kind !== "value") return names;
    do {
      const at = cursor.start;
      const name = cursor.expect("value");
      const count = cursor.accept(":") ? Number(cursor.expect("integer")) : 1;
      if (count < 1) cursor.fail("a name must stand for at least one result", at);
      names.push({ name, count, at });
    } while (cursor.accept(","));
    cursor.expect("=", "after the names of results");
    return names;
  }

  #bind(names: readonly ResultNames[], operation: Operation, at: number): void {
    const total = names.reduce((sum, { count }) => sum + count, 0);
    const { results } = operation;
    if (names.length > 0 && total !== results.length)
      this.cursor.fail(`${operation.name} has ${results.length} results, ${total} are named`, at);
    let next = 0;
    for (const { name, count, at: nameAt } of names) {
      this.define(name, results.slice(next, next + count), nameAt);
      next += count;
    }
  }

  /** Names values. @throws ParseError when the name is taken */
  define(name: string, values: readonly Value[], at: number): void {
    if (!this.#scope.define(name, values)) this.cursor.fail(`${name} is defined twice`, at);
  }

  #generic(): readonly [string, ParsedParts] {
    const { cursor } = this;
    const at = cursor.start;
    const name = unquote(cursor.expect("string"));
    const definition = this.context.ops.find(name);
    if (definition === undefined && !this.allowUnknownOps) this.#failUnknown(name, at);
    return [name, parseGeneric(this, name, definition)];
  }

  #failUnknown(name: string, at: number): never {
    const nearest = nearestName(name, this.context.ops.names);
    const didYouMean = nearest === undefined ? undefined : `did you mean ${nearest}?`;
    const hint = name.startsWith("vhlo.") ? vhloHint : didYouMean;
    return this.cursor.fail(`there is no op ${name}`, at, hint);
  }

  #custom(): readonly [string, ParsedParts] {
    const { cursor } = this;
    const at = cursor.start;
    if (cursor.kind !== "name") cursor.failExpected("an operation");
    const written = cursor.spelling;
    const name = this.#nameOf(written);
    const definition = this.context.ops.find(name);
    if (definition === undefined) return this.#failUnknown(written, at);
    const form = definition.assembly === "custom" ? findForm(definition) : undefined;
    const template = templateOf(definition);
    if (form === undefined && template === undefined)
      cursor.fail(`${name} has no pretty form; write "${name}"(..)`, at);
    cursor.advance();
    return [name, form?.parse(this, definition) ?? parseTemplate(this, definition, template!)];
  }

  /** A use of a value: `%0`, `%0#1`. */
  use(): Value {
    const { cursor } = this;
    const { start } = cursor;
    const name = cursor.expect("value");
    const isNumbered = cursor.kind === "attribute" && /^#[0-9]/.test(cursor.spelling);
    const index = isNumbered ? Number(cursor.expect("attribute").slice(1)) : 0;
    const values = this.#scope.find(name);
    if (values === undefined) return cursor.fail(`${name} is not defined here`, start);
    if (values === "broken") throw new Consequence();
    const value = values[index];
    if (value === undefined)
      return cursor.fail(`${name} stands for ${values.length} results, not ${index + 1}`, start);
    return value;
  }

  /** Uses with commas between; none when no value stands here. */
  uses(): Value[] {
    const values: Value[] = [];
    if (this.cursor.kind !== "value") return values;
    do values.push(this.use());
    while (this.cursor.following === "%" && this.cursor.accept(","));
    return values;
  }

  /** Compares the written types of operands with those of the values. */
  checkTypes(values: readonly Value[], types: readonly Type[], at: number): void {
    if (values.length !== types.length)
      this.cursor.fail(`${types.length} types are given for ${values.length} operands`, at);
    values.forEach((value, i) => {
      if (value.type !== types[i]!)
        this.cursor.fail(`operand #${i} is ${formatType(value.type)}, not ${formatType(types[i]!)}`, at);
    });
  }

  /** `{..}` if it is there. */
  optionalEntries(): Entry[] {
    return this.cursor.kind === "{" ? parseEntries(this.context) : [];
  }

  /** Attributes of a known op are typed, the others kept. */
  attributes(
    definition: OpDefinition | undefined,
    entries: readonly Entry[],
    typed: Readonly<Record<string, unknown>> = {},
  ): Pick<ParsedParts, "attributes" | "extra"> {
    const attributes: Record<string, unknown> = { ...typed };
    const extra: Entry[] = [];
    for (const entry of entries) {
      if (definition === undefined || !Object.hasOwn(definition.attributes, entry.name)) {
        extra.push(entry);
        continue;
      }
      const kind = definition.attributes[entry.name]!;
      if (Object.hasOwn(attributes, entry.name))
        this.cursor.fail(`attribute ${entry.name} is given twice`, entry.at);
      const value = kind.fromAttribute(entry.attribute);
      if (value === undefined)
        this.cursor.fail(
          `attribute ${entry.name} must be ${kind.name}`,
          entry.at,
          largeIntegerHint(entry.attribute),
        );
      attributes[entry.name] = value;
    }
    return extra.length === 0 ? { attributes } : { attributes, extra: toDictionary(extra) };
  }

  type(): Type {
    return parseType(this.context);
  }

  /** `%x: T loc(..)`. */
  argument(): ParsedArgument {
    const { cursor } = this;
    const at = cursor.start;
    const here = this.here();
    const name = cursor.expect("value", "as an argument");
    cursor.expect(":", "and the type of the argument");
    const type = parseType(this.context);
    const location = parseOptionalLocation(this.context) ?? here;
    return { name, at, type, location };
  }

  /**
   * `{ .. }`. @param entry arguments of the first block, when the op's own syntax names them; there is no
   * label then
   */
  region(owner: string, entry?: readonly ParsedArgument[]): Region {
    const { cursor } = this;
    const isolated = this.context.ops.find(owner)?.traits.includes("isolated") ?? false;
    const outer = this.#dialect;
    return this.context.nested(() =>
      this.#scope.within(isolated, () => {
        this.#dialect = owner === "func.func" ? "func." : owner === "builtin.module" ? "builtin." : "";
        try {
          cursor.expect("{");
          const blocks = this.#blocks(entry);
          cursor.expect("}", "or an operation");
          return makeRegion(blocks);
        } finally {
          this.#dialect = outer;
        }
      }),
    );
  }

  #blocks(entry: readonly ParsedArgument[] | undefined): Block[] {
    const { cursor } = this;
    const blocks: Block[] = [];
    if (entry !== undefined || (cursor.kind !== "block" && cursor.kind !== "}"))
      blocks.push(this.#block(entry ?? []));
    while (cursor.kind === "block") {
      const hasArguments = cursor.following === "(";
      cursor.advance();
      const declared = hasArguments ? this.context.list("(", ")", () => this.argument()) : [];
      cursor.expect(":", "after the label of a block");
      blocks.push(this.#block(declared));
    }
    return blocks;
  }

  #block(declared: readonly ParsedArgument[]): Block {
    const block = makeBlock(
      declared.map(({ type }) => type),
      declared.map(({ name }) =>
        /^%[A-Za-z_]/.test(name) && !/^%arg\d+$/.test(name) ? name.slice(1) : undefined,
      ),
      declared.map(({ location }) => location),
    );
    declared.forEach(({ name, at }, i) => {
      this.define(name, [block.arguments[i]!], at);
    });
    this.operations(block);
    return block;
  }
}
