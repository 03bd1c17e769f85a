/** @file What a pretty form written by hand is, and what it may ask of the parser and the printer. */
import type { Attribute } from "../../attribute.js";
import type { Location } from "../../location.js";
import type { Operation, Region, Value } from "../../operation.js";
import type { OpDefinition } from "../../ops/define.js";
import type { OperationParts } from "../../rewriter.js";
import type { Type } from "../../types.js";
import type { ParseContext } from "../context.js";
import type { Cursor } from "../cursor.js";
import type { Entry } from "../parse-attributes.js";
import type { AttributeStyle } from "../print-attributes.js";

/** What follows an op's name; `location` when it is not the name's. */
export type ParsedParts = Omit<OperationParts, "name">;

/** An argument that a region or an op's own syntax names: `%x: T loc(..)`. */
export interface ParsedArgument {
  readonly name: string;
  readonly at: number;
  readonly type: Type;
  readonly location: Location;
}

/** The parser, as a form sees it. Everything complains by a ParseError at the place in the text. */
export interface FormParser {
  readonly context: ParseContext;
  readonly cursor: Cursor;
  /** A use of a value: `%0`, `%0#1`. */
  use(): Value;
  /** Uses with commas between; none when no value stands here. */
  uses(): Value[];
  /** Compares the written types of operands with those of the values; `at` is where they are written. */
  checkTypes(values: readonly Value[], types: readonly Type[], at: number): void;
  /** `{..}` if it is there. */
  optionalEntries(): Entry[];
  /** Attributes of a known op are typed, the others kept; `typed` are those that the form has read. */
  attributes(
    definition: OpDefinition | undefined,
    entries: readonly Entry[],
    typed?: Readonly<Record<string, unknown>>,
  ): Pick<ParsedParts, "attributes" | "extra">;
  /** A type. */
  type(): Type;
  /** `%x: T loc(..)`. */
  argument(): ParsedArgument;
  /** `{ .. }` of the op `owner`; `entry` are the arguments of the first block when the op's own syntax names them. */
  region(owner: string, entry?: readonly ParsedArgument[]): Region;
  /** The place of the current token. */
  here(): Location;
}

/** The printer, as a form sees it. */
export interface FormPrinter {
  readonly style: AttributeStyle;
  write(text: string): void;
  /** Ends the line and indents the next one. */
  newLine(): void;
  /** A use of a value: `%0#1`. */
  nameOf(value: Value): string;
  namesOf(values: readonly Value[]): string;
  /** A typed attribute of an operation as MLIR has it; undefined when it is absent. */
  attribute(operation: Operation, definition: OpDefinition, name: string): Attribute | undefined;
  /** Attributes that `written` does not name and that are not at their default, as ` {..}`, after `keyword`. */
  dictionary(operation: Operation, written: readonly string[], keyword?: string): void;
  /** `{ .. }`; the entry block's label is left out where the op names its arguments itself. */
  region(region: Region, options: { readonly labelled: boolean }): void;
  /** `%arg0: T loc(..)`; `suffix` stands between type and location. */
  argument(value: Value, suffix?: string): string;
  /** What follows the name in the generic form. */
  genericTail(operation: Operation): void;
}

export interface Form {
  /** Writes what follows the op's name; false, with nothing written, when this operation has no pretty form. */
  print(out: FormPrinter, operation: Operation): boolean;
  /**
   * What of the regions `print` writes, where it is not everything: arguments in the order of writing, and whether the
   * operations are written. For the aliases of locations.
   */
  written?(operation: Operation): { readonly arguments: readonly Value[]; readonly operations: boolean };
  /** Reads what follows the op's name. @throws ParseError */
  parse(input: FormParser, definition: OpDefinition): ParsedParts;
}
