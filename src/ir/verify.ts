/**
 * @file The verifier: structure (one definition, dominance, terminators, symbols), the op table's constraints (counts, type
 * classes, attributes), and each op's own rule, whose inferred types are compared with the written ones.
 */
import { type Violation, violationError } from "./errors.js";
import type { Location } from "./location.js";
import {
  type Block,
  type Declaration,
  isOperation,
  type Operation,
  type Region,
  type Value,
  walk,
} from "./operation.js";
import type { OpDefinition, OpView } from "./ops/define.js";
import { definitionOf, isModelOp } from "./ops/index.js";
import { resolveOperandGroups } from "./ops/groups.js";
import { dimensionsOf, mostSpecific, tensorOf } from "./ops/shape-checks.js";
import { verifyShardings } from "./sdy/verify-shardings.js";
import {
  formatElement,
  formatType,
  isSigned,
  isStatic,
  type TensorType,
  tupleType,
  type Type,
} from "./types.js";
import { verifySymbols } from "./verify-symbols.js";
import { areCompatible, inTypeClass } from "./verify-types.js";
import { typeProblem, usedTypeProblem } from "./verify-wellformed.js";

/** What infer looks at: an operation, or one about to be built. */
export interface OpParts {
  readonly name: string;
  /** Of an op of an added dialect. */
  readonly declaration?: Declaration | undefined;
  readonly operands: readonly Value[];
  readonly attributes: object;
  readonly regions: readonly Region[];
  readonly resultTypes: readonly Type[];
  readonly location: Location;
}

function fail(parts: OpParts, constraint: string, message: string): never {
  throw violationError(parts, { constraint, message });
}

function viewOf(parts: OpParts): OpView<never> {
  const asTensor = (type: Type | undefined, what: string): TensorType => {
    if (type?.kind === "tensor") return type;
    return fail(
      parts,
      "tensor",
      `${what} must be a ranked tensor, got ${type === undefined ? "nothing" : formatType(type)}`,
    );
  };
  return {
    operands: parts.operands,
    attributes: parts.attributes as never,
    regions: parts.regions,
    resultTypes: parts.resultTypes,
    tensor: (index) => asTensor(parts.operands[index]?.type, `operand #${index}`),
    resultTensor: (index = 0) => asTensor(parts.resultTypes[index], `result #${index}`),
    check(condition, constraint, message) {
      if (!condition) fail(parts, constraint, message);
    },
    body(index): Block {
      const block = parts.regions[index]?.blocks[0];
      return block ?? fail(parts, "region", `region #${index} must have a block`);
    },
  };
}

function checkOperands(parts: OpParts, definition: OpDefinition): void {
  const groups = resolveOperandGroups(definition, parts.operands);
  if (groups === undefined)
    fail(parts, "operands", `takes ${describeOperands(definition)}, got ${parts.operands.length} operands`);
  definition.operands.forEach((operand, index) => {
    for (const value of groups[index]!) {
      if (inTypeClass(value.type, operand.types)) continue;
      fail(parts, "operand_type", `operand "${operand.name}" cannot be ${formatType(value.type)}`);
    }
  });
}

/** Places along an axis are i32 in what ops of models become. */
const MOST_OF_MODELS = 2 ** 31 - 1;

/** What ops of models compute depends on their sizes, and they become StableHLO of these. */
function checkSizesOfModel(parts: OpParts): void {
  for (const { type } of parts.operands) {
    if (type.kind !== "tensor") continue;
    if (!isStatic(type)) fail(parts, "known_sizes", `takes tensors of known sizes, got ${formatType(type)}`);
    if (type.shape.some((size) => size > MOST_OF_MODELS))
      fail(parts, "size", `takes tensors of sizes below 2^31, got ${formatType(type)}`);
  }
}

const describeOperands = (definition: OpDefinition): string =>
  definition.operands.map((o) => `${o.variadic ? "*" : ""}${o.name}${o.optional ? "?" : ""}`).join(", ") ||
  "no operands";

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Attributes that have passed, by the op that they fit: they never change, and copies of an operation share them. */
const passedAttributes = new WeakMap<object, OpDefinition>();

function checkAttributes(parts: OpParts, definition: OpDefinition): void {
  const values = parts.attributes as Record<string, unknown>;
  if (passedAttributes.get(values) === definition) return;
  for (const [name, kind] of Object.entries(definition.attributes)) {
    const value = values[name];
    if (value === undefined && kind.optional) continue;
    if (value === undefined) fail(parts, "attribute", `attribute ${name} is missing (${kind.name})`);
    const { error } = kind.schema.safeParse(value);
    if (error === undefined) continue;
    const { path, message } = error.issues[0]!;
    const place = [name, ...path.map(String)].join(".");
    fail(parts, "attribute", `attribute ${place} must be ${kind.name} (${lowerFirst(message)})`);
  }
  passedAttributes.set(values, definition);
}

/** Tensors with an encoding of another dialect (sparse ones): we cannot judge an op on them, and leave it alone. */
const isForeignTensor = (type: Type): boolean => type.kind === "opaque" && type.text.startsWith("tensor<");
const hasForeignTensor = ({ operands, resultTypes }: OpParts): boolean =>
  operands.some(({ type }) => isForeignTensor(type)) || resultTypes.some(isForeignTensor);

function checkRegions(parts: OpParts, definition: OpDefinition): void {
  const names = definition.regions ?? [];
  const fixed = names.filter((name) => !name.startsWith("*")).length;
  const fits = fixed === names.length ? parts.regions.length === fixed : parts.regions.length >= fixed;
  const single = parts.name === "func.func" || parts.regions.every((region) => region.blocks.length <= 1);
  if (!single) fail(parts, "regions", "a region must have one block");
  if (!fits)
    fail(parts, "regions", `takes ${names.join(", ") || "no regions"}, got ${parts.regions.length} regions`);
}

/**
 * The result types of an op from its parts, after checking everything that the table and the op's rule say. Types that were
 * asked for are kept where they are compatible: they may know more sizes, or other scales.
 * @throws VerifyError
 */
export function inferResultTypes(parts: OpParts): readonly Type[] {
  const inferred = inferAndCheck(parts);
  return parts.resultTypes.length === 0 ? inferred : parts.resultTypes;
}

/**
 * The same, but sizes that were written as unknown are what they are found to be: as much as is known of each result.
 * @throws VerifyError
 */
export function refineResultTypes(parts: OpParts): readonly Type[] {
  const inferred = inferAndCheck(parts);
  return parts.resultTypes.map((written, i) => intersect(written, inferred[i]!));
}

/** A type with the sizes that either knows; both are compatible. */
function intersect(written: Type, inferred: Type): Type {
  if (written.kind === "tuple" && inferred.kind === "tuple")
    return tupleType(written.elements.map((type, i) => intersect(type, inferred.elements[i]!)));
  if (written.kind !== "tensor" || inferred.kind !== "tensor") return written;
  const known = dimensionsOf(inferred);
  const dimensions = dimensionsOf(written).map((each, i) => mostSpecific(each, known[i]!) ?? each);
  return tensorOf(dimensions, written.element);
}

/** What an op's rule infers, after all checks; compatible with the types that were asked for, if any. */
function inferAndCheck(parts: OpParts): readonly Type[] {
  const definition = definitionOf(parts);
  if (definition === undefined || hasForeignTensor(parts)) return parts.resultTypes;
  checkOperands(parts, definition);
  if (isModelOp(parts)) checkSizesOfModel(parts);
  checkAttributes(parts, definition);
  checkRegions(parts, definition);
  const inferred = definition.infer(viewOf(parts));
  if (parts.resultTypes.length === 0 || areCompatible(inferred, parts.resultTypes)) return inferred;
  const list = (types: readonly Type[]): string => types.map(formatType).join(", ") || "nothing";
  return fail(parts, "result_type", `inferred ${list(inferred)}, but ${list(parts.resultTypes)} is written`);
}

function checkType(parts: OpParts, type: Type, find: (type: Type) => Violation | undefined): void {
  const problem = find(type);
  if (problem !== undefined) fail(parts, problem.constraint, problem.message);
}

/** Whether an op hands values on and computes nothing, so that they may be of MLIR's signed integers. */
const passesSigned = (name: string): boolean => /^(?:builtin|func|sdy)\./.test(name);

/** MLIR's signed integers are of no op of StableHLO: its integers are signless, or unsigned. */
const signedProblem = (type: Type): Violation | undefined =>
  (type.kind === "tensor" || type.kind === "unranked") && isSigned(type.element)
    ? {
        constraint: "signed_element",
        message: `${formatType(type)} has signed integers, which no value of StableHLO has: write ${formatElement(type.element).slice(1)}`,
      }
    : undefined;

/** Only what hands values on takes MLIR's signed integers, and operands of class Z: MLIR reads those, though no plugin does. */
function checkSigned(operation: Operation, parts: OpParts): void {
  if (passesSigned(parts.name)) return;
  const problem = [...operation.operands, ...operation.results].find(({ type }) => signedProblem(type));
  if (problem === undefined) return;
  const definition = definitionOf(operation);
  const groups = definition && resolveOperandGroups(definition, operation.operands);
  const allowed = groups?.filter((_, i) => definition!.operands[i]!.types.includes("Z")).flat() ?? [];
  for (const value of [...operation.operands, ...operation.results])
    if (!allowed.includes(value)) checkType(parts, value.type, signedProblem);
}

/** Verifies one operation, not what is below it. @throws VerifyError */
export function verifyOperation(operation: Operation): void {
  const resultTypes = operation.results.map((result) => result.type);
  const parts: OpParts = { ...asParts(operation), resultTypes };
  for (const type of resultTypes) checkType(parts, type, typeProblem);
  const { function_type: signature } = operation.attributes as { readonly function_type?: Type };
  if (signature !== undefined) checkType(parts, signature, typeProblem);
  const inferred = inferResultTypes(parts);
  const used = [...operation.operands.map(({ type }) => type), ...resultTypes];
  for (const type of used) checkType(parts, type, usedTypeProblem);
  checkSigned(operation, parts);
  if (inferred.length === resultTypes.length) return;
  fail(parts, "result_type", `has ${inferred.length} results, but ${resultTypes.length} are written`);
}

/** Operations that stand last in their block must end it, and no other may. */
function checkTerminator(operation: Operation, block: Block, isTerminator: boolean): void {
  const owner = block.region?.operation?.name;
  const isLast = operation === block.last;
  if (isTerminator && !isLast) fail(asParts(operation), "terminator", "stands in the middle of a block");
  if (!isTerminator && isLast && owner !== "builtin.module")
    fail(asParts(operation), "terminator", `is last in the body of ${owner}, which must end with a return`);
  if (operation.name === "func.return" && owner !== "func.func")
    fail(asParts(operation), "terminator", `ends the body of ${owner}, which is no function`);
}

/** Where the verifier stands: the blocks around it, and the operations it has passed. */
interface Scope {
  readonly open: ReadonlySet<Block>;
  readonly passed: Set<Operation>;
}

/** Whether a value may be used here: it belongs to a block around, and comes before. */
function isVisible({ owner }: Value, { open, passed }: Scope): boolean {
  if (!isOperation(owner)) return open.has(owner);
  return passed.has(owner) && owner.block !== undefined && open.has(owner.block);
}

function verifyBlock(block: Block, around: Scope): void {
  const scope: Scope = { open: new Set(around.open).add(block), passed: around.passed };
  const owner = block.region?.operation;
  for (const { type } of block.arguments)
    if (owner !== undefined) checkType(asParts(owner), type, typeProblem);
  for (const operation of block) {
    for (const operand of operation.operands) {
      if (!isVisible(operand, scope))
        fail(asParts(operation), "dominance", "an operand is used before it is defined");
    }
    const definition = definitionOf(operation);
    if (definition !== undefined) checkTerminator(operation, block, definition.traits.includes("terminator"));
    verifyOperation(operation);
    const inner = definition?.traits.includes("isolated") ? { ...scope, open: new Set<Block>() } : scope;
    for (const region of operation.regions) for (const child of region.blocks) verifyBlock(child, inner);
    scope.passed.add(operation);
  }
}

const asParts = (operation: Operation): OpParts => ({
  name: operation.name,
  declaration: operation.declaration,
  operands: operation.operands,
  attributes: operation.attributes,
  regions: operation.regions,
  resultTypes: [],
  location: operation.location,
});

/** A name of an op means one thing in a program: its text would say no more. */
function checkDeclarations(module: Operation): void {
  const known = new Map<string, Declaration>();
  for (const operation of walk(module)) {
    const { name, declaration } = operation;
    if (declaration === undefined) continue;
    const other = known.get(name) ?? declaration;
    if (other !== declaration) fail(asParts(operation), "declaration", "is the op of two dialects");
    known.set(name, declaration);
  }
}

/** Verifies a module and everything in it; the first broken rule throws. @throws VerifyError */
export function verifyModule(module: Operation): void {
  verifyOperation(module);
  const scope: Scope = { open: new Set(), passed: new Set() };
  for (const region of module.regions) for (const block of region.blocks) verifyBlock(block, scope);
  checkDeclarations(module);
  verifySymbols(module);
  verifyShardings(module);
}
