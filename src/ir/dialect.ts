/**
 * @file Dialects of others: ops with their inference, traits, text form, meaning and gradient, as a value. An op of theirs is parsed,
 * printed, verified, interpreted, moved by passes, differentiated and lowered as any other.
 */
import { UsageError } from "../support/errors.js";
import { ownValue } from "../support/own-value.js";
import type { Decomposition, FindDecomposition } from "./decompositions.js";
import type { Emitter } from "./emit.js";
import type { Backward, Contribution, GradientRule } from "./gradient-rule.js";
import type { Declaration, Operation, Value } from "./operation.js";
import type { AttributesOf, AttributeTable, OpDefinition } from "./ops/define.js";
import { builtInOps, definitionOf } from "./ops/index.js";
import type { Form } from "./text/forms/form.js";
import { checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";

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
type Gradients<D> = {
  readonly [K in NamesOf<D>]?: (
    backward: Backward<OperationOfDefinition<Extract<D, { readonly name: K }>>>,
  ) => readonly (Contribution | undefined)[];
};

/** What `defineDialect` is given. */
interface DialectDefinition<Name extends string, D> {
  readonly name: Name;
  readonly ops: readonly D[];
  /** A form for each op whose assembly is `custom`. */
  readonly forms: Forms<D>;
  /** What ops mean in StableHLO; an op without one is not interpreted, and has to be lowered by a pass of its own. */
  readonly decompositions: Decompositions<D>;
  /** The gradients of ops; default: those of what they mean. */
  readonly gradients?: Gradients<D>;
}

/** A dialect. Made by `defineDialect`. */
export interface Dialect {
  readonly name: string;
  readonly ops: readonly OpDefinition[];
  readonly forms: Readonly<Record<string, Form>>;
  readonly decompositions: Readonly<Record<string, Decomposition>>;
  readonly gradients: Readonly<Record<string, GradientRule>>;
}

/** The dialect of a declaration. It is found by the declaration itself, which operations carry, never by a name: two packages may have ops of one name. */
const dialects = new WeakMap<Declaration, Dialect>();

/** The added dialect of an operation; undefined for one of a built-in dialect, or of none. */
export const dialectOf = ({ declaration }: Pick<Operation, "declaration">): Dialect | undefined =>
  declaration && dialects.get(declaration);

/**
 * Declares a dialect; names of ops begin with its name, and an op with a `custom` assembly has a form, or it does not compile. Nothing is
 * registered: an operation that is made by a declaration (`builder.createOf`, `op` of the DSL) brings all that is said of it here wherever it
 * goes, and texts are parsed with the dialects that they are in (`parseModule(text, { dialects })`).
 * @throws UsageError for the name of a built-in dialect, for two ops of a name, and for an op of another dialect
 */
export function defineDialect<
  const Name extends string,
  // biome-ignore lint/suspicious/noExplicitAny: the attributes of the ops, each of its own type
  const D extends OpDefinition<`${Name}.${string}`, any>,
>(definition: DialectDefinition<Name, D>): Dialect {
  checkOptions("defineDialect", definition, {
    name: true,
    ops: true,
    forms: true,
    decompositions: true,
    gradients: true,
  });
  checkMembers("defineDialect", "definition", definition, {
    name: "text",
    ops: "list",
    forms: "object?",
    decompositions: "object?",
    gradients: "object?",
  });
  const dialect = { gradients: {}, ...definition } as unknown as Dialect;
  check(dialect);
  for (const op of dialect.ops) dialects.set(op, dialect);
  return dialect;
}

function check({ name, ops }: Dialect): void {
  const builtIn = builtInOps.map((dialect): string => dialect.name);
  if (builtIn.includes(name))
    throw new UsageError({
      message: `two dialects are called ${name}`,
      expected: "a name that no built-in dialect has",
      got: name,
      hint: `these are built in: ${builtIn.join(", ")}`,
    });
  const twice = ops.find((op, i) => ops.findIndex((other) => other.name === op.name) !== i);
  if (twice !== undefined)
    throw new UsageError({ message: `two ops of dialect ${name} are called ${twice.name}`, got: twice.name });
  const taken = ops.find((op) => dialects.has(op));
  if (taken !== undefined)
    throw new UsageError({
      message: `${taken.name} is declared in two dialects`,
      expected: "an op of one dialect",
      got: `${dialects.get(taken)!.name}, ${name}`,
      hint: "declare the dialect once, and import it where it is needed",
    });
}

/** What an operation of an added dialect means; undefined for one without a decomposition, and for built-in ones. */
export const findDecomposition: FindDecomposition = (operation) =>
  ownValue(dialectOf(operation)?.decompositions ?? {}, operation.name);

/** Whether an operation is one that `definition` declares; its attributes are then typed. */
export function isInstanceOf<const Name extends string, const A extends AttributeTable>(
  operation: Operation | undefined,
  definition: OpDefinition<Name, A>,
): operation is Operation<Name, AttributesOf<A>> & Operation {
  return operation !== undefined && (definitionOf(operation) as unknown) === definition;
}
