/** @file The interface of a program: what each argument and result of it means, declared once and carried from the trace to the call. */
import type { BufferElementType } from "../support/buffer-element-types.js";

/** What an argument is for. `prepared` ones are computed from parameters by the preparing program. */
export const argumentRoles = ["input", "parameter", "state", "prepared"] as const;
export type ArgumentRole = (typeof argumentRoles)[number];

/** What a result is for. */
export const resultRoles = ["output", "state", "probe"] as const;
export type ResultRole = (typeof resultRoles)[number];

/** What arguments and results have in common. */
interface InterfaceTensor {
  /** Input or output name, parameter or state path; `prepared` arguments are called as the outputs of the preparing programs. */
  readonly name: string;
  /** Axis names, outermost first, one for each dimension; their numbers where an author named none. */
  readonly axes: readonly string[];
  readonly elementType: BufferElementType;
  /** Sizes in elements. */
  readonly dimensions: readonly number[];
}

/** An argument of a program. */
export interface Argument extends InterfaceTensor {
  readonly role: ArgumentRole;
  /** Gives its memory to the result of the same role and name; unusable after the call. */
  readonly donated: boolean;
  /** The order in memory that the program asks for: as XLA writes it, or "auto" where the compiler chooses. Default: the client's. */
  readonly layout?: string | undefined;
}

/** A result of a program. */
export interface Result extends InterfaceTensor {
  readonly role: ResultRole;
}

/** What a program takes and gives, in order. It is a signature as plugins ask for it, with the meaning beside the types. */
export interface Interface {
  /** The program's. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly results: readonly Result[];
}
