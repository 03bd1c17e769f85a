/**
 * @file Values, operations, blocks and regions: one SSA form. Everything here is read-only from outside; it is made and
 * changed through Builder and Rewriter (rewriter.ts) alone, which keep the use lists true.
 */
import type { AttributeDictionary } from "./attribute.js";
import type { Location } from "./location.js";
import type { Type } from "./types.js";

/** A result of an operation or an argument of a block. */
export interface Value {
  readonly type: Type;
  readonly owner: Operation | Block;
  /** Position among the owner's results or arguments. */
  readonly index: number;
  /** Operations that take this value as an operand, each once, in the order of first use. */
  readonly users: ReadonlySet<Operation>;
  /** A name the printer may use; carries no meaning. */
  readonly nameHint?: string | undefined;
  readonly location: Location;
}

/** Typed attributes of an operation: plain JS values, keyed by StableHLO's names; which ones, says the op table. */
export type AttributeValues = Readonly<Record<string, unknown>>;

/** What declares an op (`OpDefinition` of ops/define.ts, which is above this file). */
export interface Declaration {
  readonly name: string;
}

/** One operation. `Attributes` is narrowed by `isOp(operation, name)`, see ops/index.ts. */
export class Operation<Name extends string = string, Attributes extends object = AttributeValues> {
  readonly operands: readonly Value[] = [];
  readonly results: readonly Value[] = [];
  readonly regions: readonly Region[] = [];
  readonly block: Block | undefined;
  readonly previous: Operation | undefined;
  readonly next: Operation | undefined;

  constructor(
    readonly name: Name,
    /** Attributes the op table types. */
    readonly attributes: Attributes,
    /** Discardable attributes, kept as they came. */
    readonly extra: AttributeDictionary,
    readonly location: Location,
    /** What declares it, where it was made by that: always, of an op of an added dialect, which brings it wherever it goes; others are found by their names. */
    readonly declaration: Declaration | undefined,
  ) {}

  /** The only result. */
  get result(): Value {
    return this.results[0]!;
  }

  /** The operation whose region holds this one. */
  get parent(): Operation | undefined {
    return this.block?.region?.operation;
  }
}

const noSymbols: ReadonlyMap<string, ReadonlySet<Operation>> = new Map();

/** A straight line of operations, the last of which is a terminator. */
export class Block {
  readonly arguments: readonly Value[] = [];
  readonly region: Region | undefined;
  readonly first: Operation | undefined;
  readonly last: Operation | undefined;
  /** Operations that define a symbol (`sym_name`), by its name; those of a name, of which valid modules have one, in the order in which they got it. */
  readonly symbols: ReadonlyMap<string, ReadonlySet<Operation>> = noSymbols;

  /** The operations in order; the current one may be erased or replaced while iterating. */
  *[Symbol.iterator](): IterableIterator<Operation> {
    let operation = this.first;
    while (operation !== undefined) {
      const { next } = operation;
      yield operation;
      operation = next;
    }
  }

  get operations(): readonly Operation[] {
    return [...this];
  }
}

/** A list of blocks owned by an operation; StableHLO's regions have one block. */
export class Region {
  readonly operation: Operation | undefined;
  readonly blocks: readonly Block[] = [];

  /** The first block. */
  get entry(): Block {
    return this.blocks[0]!;
  }
}

export const isOperation = (owner: Operation | Block): owner is Operation => owner instanceof Operation;

/** The operation that makes `value`, or undefined for a block argument. */
export const definingOp = (value: Value): Operation | undefined =>
  value.owner instanceof Operation ? value.owner : undefined;

/** `root` and every operation below it, parents before children; the yielded one may be erased. */
export function* walk(root: Operation): IterableIterator<Operation> {
  yield root;
  for (const region of root.regions) {
    for (const block of region.blocks) for (const operation of block) yield* walk(operation);
  }
}

/** Whether `inner` lies in a region below `outer` (or is it). */
export function isInside(inner: Operation, outer: Operation): boolean {
  for (let at: Operation | undefined = inner; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}
