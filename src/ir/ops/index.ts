/** @file The registry: every op, and the types that force a rule for each. */
import type { Operation } from "../operation.js";
import { asyncOps } from "./async.js";
import { batchNormOps } from "./batch-norm.js";
import { functionOps, moduleOps } from "./builtin.js";
import { callOps } from "./calls.js";
import { arithOps, checkOps, interpreterOps } from "./check.js";
import { chloOps } from "./chlo.js";
import { collectiveReduceOps } from "./collective-reduce.js";
import { collectiveOps } from "./collectives.js";
import { controlOps } from "./control.js";
import { convolutionOps } from "./convolution.js";
import type { AttributesOf, AttributeTable, OpDefinition, Trait } from "./define.js";
import { deprecatedOps } from "./deprecated.js";
import { dotOps } from "./dot.js";
import { dynamicOps } from "./dynamic.js";
import { elementwiseOps } from "./elementwise.js";
import { gatherOps } from "./gather.js";
import { griffinOps } from "./griffin.js";
import { nnOps } from "./nn.js";
import { linearAlgebraOps } from "./linear-algebra.js";
import { quantisedOps } from "./quantised.js";
import { randomOps } from "./random.js";
import { reduceOps } from "./reduce.js";
import { reduceWindowOps } from "./reduce-window.js";
import { scatterOps } from "./scatter.js";
import { sdyOps } from "./sdy.js";
import { sdyCollectives } from "./sdy-collectives.js";
import { shapeOps } from "./shape-ops.js";
import { slicingOps } from "./slicing.js";
import { tupleOps } from "./tuple.js";

/** The ops of a dialect: their names begin with its name, or it does not compile. */
function dialect<
  const Name extends string,
  const L extends readonly { readonly name: `${Name}.${string}` }[],
>(name: Name, ops: L): { readonly name: Name; readonly ops: L } {
  return { name, ops };
}

/**
 * The ops of the built-in dialects. What else is said of them are tables over their names, above this one: forms that are written by hand
 * (text/forms), what they mean (src/lowering), how they are interpreted. As whole values the dialects are in src/lowering/dialects.ts.
 */
export const builtInOps = [
  dialect("builtin", moduleOps),
  dialect("func", functionOps),
  dialect("stablehlo", [
    ...elementwiseOps,
    ...shapeOps,
    ...slicingOps,
    ...dotOps,
    ...convolutionOps,
    ...reduceOps,
    ...reduceWindowOps,
    ...gatherOps,
    ...scatterOps,
    ...controlOps,
    ...callOps,
    ...randomOps,
    ...linearAlgebraOps,
    ...batchNormOps,
    ...dynamicOps,
    ...collectiveOps,
    ...collectiveReduceOps,
    ...tupleOps,
    ...asyncOps,
    ...quantisedOps,
    ...deprecatedOps,
  ]),
  dialect("nn", nnOps),
  dialect("griffin", griffinOps),
  dialect("chlo", chloOps),
  dialect("check", checkOps),
  dialect("interpreter", interpreterOps),
  dialect("arith", arithOps),
  dialect("sdy", [...sdyOps, ...sdyCollectives]),
] as const;

type Definition = (typeof builtInOps)[number]["ops"][number];

/** The name of any known op, e.g. `stablehlo.add`. */
export type OpName = Definition["name"];
export type StablehloName = Extract<OpName, `stablehlo.${string}`>;
export type ModelOpName = Extract<OpName, `nn.${string}` | `griffin.${string}`>;

/** Whether an op is one that lowering must replace: of the nn or the griffin dialect. */
export const isModelOp = ({ name }: { readonly name: string }): boolean =>
  name.startsWith("nn.") || name.startsWith("griffin.");

/** The ops whose pretty form is written by hand. */
export type CustomFormName = Extract<Definition, { readonly assembly: "custom" }>["name"];

type TableOf<K extends OpName> = Extract<Definition, { readonly name: K }>["attributes"];

/** The typed attributes of op `K`. */
export type Attributes<K extends OpName> =
  TableOf<K> extends AttributeTable ? AttributesOf<TableOf<K>> : never;

/** An operation known to be a `K`. */
export type OperationOf<K extends OpName> = Operation<K, Attributes<K>>;

const byName = new Map<string, OpDefinition>(
  builtInOps.flatMap(({ ops }) =>
    ops.map((definition) => [definition.name, definition as unknown as OpDefinition] as const),
  ),
);

/** All built-in declarations, in the order of the docs. */
export const opDefinitions: readonly OpDefinition[] = [...byName.values()];

/** Their names. */
export const opNames: readonly string[] = [...byName.keys()];

/** The declaration of a built-in op by its name; undefined for any other. */
export const findOp = (name: string): OpDefinition | undefined => byName.get(name);

/** The declaration of an operation's op: its own, where it is of an added dialect; undefined for an op that nobody declares. */
export const definitionOf = ({
  name,
  declaration,
}: Pick<Operation, "name"> & Partial<Pick<Operation, "declaration">>): OpDefinition | undefined =>
  (declaration as OpDefinition | undefined) ?? byName.get(name);

/** Narrows an operation by name; its attributes are then typed. */
export function isOp<K extends OpName>(
  operation: Operation | undefined,
  ...names: readonly K[]
): operation is OperationOf<K> & Operation {
  return operation !== undefined && (names as readonly string[]).includes(operation.name);
}

/** Whether the op is declared with `trait`; an unknown op has none. */
export const hasTrait = (operation: Operation, trait: Trait): boolean =>
  definitionOf(operation)?.traits.includes(trait) ?? false;
