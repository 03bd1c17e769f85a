/** @file What a pickle can hold here: data, and names of what Python would call, which nothing here ever does. */

/** Something of a Python module, known by name only. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What a name applied to arguments makes, where the names' table says so. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleGlobal
  | readonly PickleValue[]
  | ReadonlyMap<PickleValue, PickleValue>
  | PickleObject;

/** Anything that a rule makes: a tensor, a storage. */
export interface PickleObject {
  readonly made: string;
}

/** What a pickle's bytes may lead to. Whatever is not known here is refused by name. */
export interface PickleRules {
  /** The value of a name, e.g. `torch FloatStorage`; undefined refuses it. */
  global(name: string): PickleValue | undefined;
  /** A known name applied to arguments; undefined refuses it. */
  call(name: string, args: readonly PickleValue[]): PickleValue | undefined;
  /** What the file holds outside of the pickle under an id; undefined refuses it. */
  persistent(id: PickleValue): PickleValue | undefined;
}

/** The pickle is not one of tensors. The caller adds the file. */
export class PickleError extends Error {
  constructor(
    message: string,
    readonly details: { readonly expected?: string; readonly got?: string; readonly hint?: string } = {},
  ) {
    super(message);
  }
}
