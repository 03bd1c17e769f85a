/**
 * @file Dialects of others: ops with their inference, traits, text form and meaning, as a value. Once registered, an op of
 * theirs is parsed, printed, verified, interpreted, moved by passes and lowered as any other.
 */
import { UsageError } from "../support/errors.js";
import { addDecompositions, type Decomposition } from "./decompositions.js";
import type { Emitter } from "./emit.js";
import type { Operation, Value } from "./operation.js";
import type { AttributesOf, AttributeTable, OpDefinition } from "./ops/define.js";
import { addOps, builtInDialects, findOp } from "./ops/index.js";
import type { Form } from "./text/forms/form.js";
import { addForms } from "./text/forms/index.js";

/** An operation that `definition` declares. */
export type OperationOfDefinition<D> =
  D extends OpDefinition<infer Name, infer A extends AttributeTable>
    ? Operation<Name, AttributesOf<A>>
    : never;

type NamesOf<D> = D extends { readonly name: infer Name extends string } ? Name : never;
type NamesOfCustom<D> = NamesOf<Extract<D, { readonly assembly: "custom" }>>;
type Forms<D> = { readonly [K in NamesOfCustom<D>]: Form };
type Decompositions<D> = {
  readonly [K in NamesOf<D>]?: (
    emitter: Emitter,
    operation: OperationOfDefinition<Extract<D, { readonly name: K }>>,
  ) => readonly Value[];
};

/** What `defineDialect` is given. */
interface DialectDefinition<Name extends string, D> {
  readonly name: Name;
  readonly ops: readonly D[];
  /** A form for each op whose assembly is `custom`. */
  readonly forms: Forms<D>;
  /** What ops mean in StableHLO; an op without one is not interpreted, and has to be lowered by a pass of its own. */
  readonly decompositions: Decompositions<D>;
}

/** A dialect, ready to be registered. Made by `defineDialect`. */
export interface Dialect {
  readonly name: string;
  readonly ops: readonly OpDefinition[];
  readonly forms: Readonly<Record<string, Form>>;
  readonly decompositions: Readonly<Record<string, Decomposition>>;
}

/** Declares a dialect; names of ops begin with its name, and an op with a `custom` assembly has a form, or it does not compile. */
export function defineDialect<
  const Name extends string,
  // biome-ignore lint/suspicious/noExplicitAny: the attributes of the ops, each of its own type
  const D extends OpDefinition<`${Name}.${string}`, any>,
>(definition: DialectDefinition<Name, D>): Dialect {
  return definition as unknown as Dialect;
}

/** A dialect that is known in this process, and by how many registrations. */
interface Known {
  readonly dialect: Dialect;
  registrations: number;
  remove(): void;
}

const known = new Map<string, Known>();

/** The names of the dialects that are known, the built-in ones first. */
export const dialectNames = (): readonly string[] => [
  ...builtInDialects.map(({ name }) => name),
  ...known.keys(),
];

/** @throws UsageError when another dialect has the name of this one, or one of its ops is known already */
function add(dialect: Dialect): Known {
  const { name, ops, forms, decompositions } = dialect;
  const taken = ops.find((op) => findOp(op.name) !== undefined);
  if (taken !== undefined)
    throw new UsageError({
      message: `there is an op ${taken.name} already`,
      expected: `ops of ${name} alone: no other op has their names`,
      got: taken.name,
      hint: "register one dialect for each name, and keep to names that begin with it",
    });
  if (dialectNames().includes(name))
    throw new UsageError({
      message: `two dialects are called ${name}`,
      expected: "a name that no other has",
      got: name,
      hint: `these are known: ${dialectNames().join(", ")}`,
    });
  const removals = [addOps(ops), addForms(forms), addDecompositions(decompositions)];
  return {
    dialect,
    registrations: 0,
    remove: () => {
      for (const remove of removals) remove();
    },
  };
}

/**
 * Makes a dialect known in this process: a name of an op means one thing, wherever a module goes. It stays known until every registration
 * of it is disposed of (`using registered = register(dialect)`), or for good; modules that hold its ops need it as long as they are used.
 * @throws UsageError when another dialect has its name, or one of its ops is known already
 */
export function register(dialect: Dialect): Disposable {
  const before = known.get(dialect.name);
  const entry = before?.dialect === dialect ? before : add(dialect);
  known.set(dialect.name, entry);
  entry.registrations += 1;
  let registered = true;
  return {
    [Symbol.dispose]() {
      if (!registered) return;
      registered = false;
      entry.registrations -= 1;
      if (entry.registrations > 0) return;
      entry.remove();
      known.delete(dialect.name);
    },
  };
}

/** Whether an operation is one that `definition` declares; its attributes are then typed. */
export function isInstanceOf<const Name extends string, const A extends AttributeTable>(
  operation: Operation | undefined,
  definition: OpDefinition<Name, A>,
): operation is Operation<Name, AttributesOf<A>> & Operation {
  return operation?.name === definition.name;
}
