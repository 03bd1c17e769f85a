/** @file What a pretty form written by hand is. */
import type { Operation, Value } from "../../operation.js";
import type { OpDefinition } from "../../ops/define.js";
import type { OperationParser, ParsedParts } from "../operation-parser.js";
import type { Printer } from "../printer.js";

export interface Form {
  /**
   * Writes what follows the op's name; false, with nothing written, when this operation has no pretty form.
   */
  print(out: Printer, operation: Operation): boolean;
  /**
   * What of the regions `print` writes, where it is not everything: arguments in the order of writing, and
   * whether the operations are written. For the aliases of locations.
   */
  written?(operation: Operation): { readonly arguments: readonly Value[]; readonly operations: boolean };
  /** Reads what follows the op's name. @throws ParseError */
  parse(input: OperationParser, definition: OpDefinition): ParsedParts;
}
