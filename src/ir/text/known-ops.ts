/** @file The ops that a text may name: the built-in ones, and those of the dialects that it is parsed with. */
import { UsageError } from "../../support/errors.js";
import type { OpDefinition } from "../ops/define.js";
import { findOp, opNames } from "../ops/index.js";

/** What a dialect is here; forms, which it has too, are above this file. */
interface DialectOps {
  readonly name: string;
  readonly ops: readonly OpDefinition[];
}

/** Declarations by name. */
export class KnownOps {
  readonly #added = new Map<string, OpDefinition>();

  /** @throws UsageError for two dialects of a name, of which a text could mean either */
  constructor(dialects: readonly DialectOps[]) {
    const names = dialects.map(({ name }) => name);
    const twice = dialects.find((dialect) =>
      dialects.some((other) => other !== dialect && other.name === dialect.name),
    );
    if (twice !== undefined)
      throw new UsageError({
        message: `two dialects are called ${twice.name}`,
        expected: "dialects of different names: a text names ops by them",
        got: names.join(", "),
      });
    for (const { ops } of dialects) for (const op of ops) this.#added.set(op.name, op);
  }

  find(name: string): OpDefinition | undefined {
    return this.#added.get(name) ?? findOp(name);
  }

  /** The declaration that an operation of an added dialect carries. */
  declarationOf(name: string): OpDefinition | undefined {
    return this.#added.get(name);
  }

  get names(): readonly string[] {
    return [...opNames, ...this.#added.keys()];
  }
}
