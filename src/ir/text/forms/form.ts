/** @file What a pretty form written by hand is. */
import type { Operation } from "../../operation.js";
import type { Printer } from "../printer.js";

export interface Form {
  /** Writes what follows the op's name; false, with nothing written, when this operation has no pretty form. */
  print(out: Printer, operation: Operation): boolean;
}
