/** @file The only code that makes and changes IR: raw construction, use lists, insertion, erasure, replacement, cloning. */
import { type AttributeDictionary, emptyDictionary } from "./attribute.js";
import { type Location, unknownLocation } from "./location.js";
import {
  type AttributeValues,
  Block,
  type Declaration,
  Operation,
  Region,
  type Value,
  walk,
} from "./operation.js";
import type { Type } from "./types.js";
import { InternalError } from "../support/errors.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const mutable = <T>(node: T): Mutable<T> => node as Mutable<T>;
const usersOf = (value: Value): Set<Operation> => value.users as Set<Operation>;

/** What a raw operation is made of; nothing is checked or inferred here. */
export interface OperationParts {
  readonly name: string;
  /** Of an op of an added dialect. */
  readonly declaration?: Declaration | undefined;
  readonly operands?: readonly Value[];
  readonly attributes?: AttributeValues;
  readonly extra?: AttributeDictionary;
  readonly resultTypes?: readonly Type[];
  readonly regions?: readonly Region[];
  readonly location?: Location;
}

function makeValue(
  owner: Operation | Block,
  type: Type,
  index: number,
  location: Location,
  nameHint?: string,
): Value {
  return { type, owner, index, users: new Set(), location, nameHint };
}

/** A detached operation as described: neither inferred nor verified (the parser and Builder do that). */
export function makeOperation(parts: OperationParts): Operation {
  const location = parts.location ?? unknownLocation;
  const operation = new Operation(
    parts.name,
    parts.attributes ?? {},
    parts.extra ?? emptyDictionary,
    location,
    parts.declaration,
  );
  const node = mutable(operation);
  node.operands = [...(parts.operands ?? [])];
  for (const operand of node.operands) usersOf(operand).add(operation);
  node.results = (parts.resultTypes ?? []).map((type, index) => makeValue(operation, type, index, location));
  node.regions = [...(parts.regions ?? [])];
  for (const region of node.regions) mutable(region).operation = operation;
  return operation;
}

/** A block with arguments of the given types. */
export function makeBlock(
  argumentTypes: readonly Type[],
  names: readonly (string | undefined)[] = [],
  locations: readonly (Location | undefined)[] = [],
): Block {
  const block = new Block();
  mutable(block).arguments = argumentTypes.map((type, index) =>
    makeValue(block, type, index, locations[index] ?? unknownLocation, names[index]),
  );
  return block;
}

export function makeRegion(blocks: readonly Block[]): Region {
  const region = new Region();
  mutable(region).blocks = [...blocks];
  for (const block of blocks) mutable(block).region = region;
  return region;
}

const symbolOf = ({ attributes }: Operation): string | undefined =>
  (attributes as { readonly sym_name?: string }).sym_name;

/** Notes that a block defines an operation's symbol. */
function addSymbol(operation: Operation, block: Block): void {
  const name = symbolOf(operation);
  if (name === undefined) return;
  if (block.symbols.size === 0) mutable(block).symbols = new Map();
  const symbols = block.symbols as Map<string, Set<Operation>>;
  const known = symbols.get(name);
  if (known === undefined) symbols.set(name, new Set([operation]));
  else known.add(operation);
}

function dropSymbol(operation: Operation, block: Block): void {
  const name = symbolOf(operation);
  if (name === undefined) return;
  const symbols = block.symbols as Map<string, Set<Operation>>;
  const known = symbols.get(name);
  known?.delete(operation);
  if (known?.size === 0) symbols.delete(name);
}

/** Puts a detached operation before `anchor`, or at the end of `block`. */
export function insertOperation(operation: Operation, block: Block, anchor?: Operation): void {
  if (operation.block !== undefined) throw new InternalError(`${operation.name} is inserted twice`);
  const node = mutable(operation);
  const previous = anchor === undefined ? block.last : anchor.previous;
  node.block = block;
  node.previous = previous;
  node.next = anchor;
  if (previous === undefined) mutable(block).first = operation;
  else mutable(previous).next = operation;
  if (anchor === undefined) mutable(block).last = operation;
  else mutable(anchor).previous = operation;
  addSymbol(operation, block);
}

/** Takes an operation out of its block; it may be inserted again. */
export function detachOperation(operation: Operation): void {
  const { block, previous, next } = operation;
  if (block === undefined) return;
  dropSymbol(operation, block);
  if (previous === undefined) mutable(block).first = next;
  else mutable(previous).next = next;
  if (next === undefined) mutable(block).last = previous;
  else mutable(next).previous = previous;
  const node = mutable(operation);
  node.block = undefined;
  node.previous = undefined;
  node.next = undefined;
}

/** Replaces all operands; their number may change. */
export function setOperands(operation: Operation, operands: readonly Value[]): void {
  for (const old of operation.operands) usersOf(old).delete(operation);
  mutable(operation).operands = [...operands];
  for (const operand of operands) usersOf(operand).add(operation);
}

/** Replaces the typed attributes. */
export function setAttributes(operation: Operation, attributes: AttributeValues): void {
  const { block } = operation;
  if (block !== undefined) dropSymbol(operation, block);
  mutable(operation).attributes = attributes;
  if (block !== undefined) addSymbol(operation, block);
}

/** Replaces the discardable attributes. */
export function setExtra(operation: Operation, extra: AttributeDictionary): void {
  mutable(operation).extra = extra;
}

/** Appends results to an operation; what makes them (a terminator, a callee) must be changed with it. */
export function addResults(operation: Operation, types: readonly Type[]): readonly Value[] {
  const first = operation.results.length;
  const added = types.map((type, i) => makeValue(operation, type, first + i, operation.location));
  mutable(operation).results = [...operation.results, ...added];
  return added;
}

/** Says anew where an operation comes from. */
export function setLocation(operation: Operation, location: Location): void {
  mutable(operation).location = location;
}

export function setNameHint(value: Value, nameHint: string | undefined): void {
  mutable(value).nameHint = nameHint;
}

/** Appends an argument to a block. */
export function addArgument(
  block: Block,
  type: Type,
  location: Location = unknownLocation,
  nameHint?: string,
): Value {
  const value = makeValue(block, type, block.arguments.length, location, nameHint);
  mutable(block).arguments = [...block.arguments, value];
  return value;
}

/** Removes the unused arguments for which `drop` holds; the rest move up. */
export function dropArguments(block: Block, drop: (index: number) => boolean): void {
  const kept = block.arguments.filter((argument) => !drop(argument.index));
  kept.forEach((argument, index) => {
    mutable(argument).index = index;
  });
  mutable(block).arguments = kept;
}

/** Makes every user of `from` take `to` instead. */
export function replaceAllUses(from: Value, to: Value): void {
  if (from === to) return;
  for (const user of [...from.users]) {
    mutable(user).operands = user.operands.map((operand) => (operand === from ? to : operand));
    usersOf(to).add(user);
  }
  usersOf(from).clear();
}

/** Removes an operation whose results nobody uses, and all below it. */
export function eraseOperation(operation: Operation): void {
  const used = operation.results.find((result) => result.users.size > 0);
  if (used !== undefined) throw new InternalError(`${operation.name} is erased while its result is in use`);
  for (const inner of walk(operation)) for (const operand of inner.operands) usersOf(operand).delete(inner);
  detachOperation(operation);
}

/** Replaces all results at once: an operation may use all of them. */
function replaceResults({ results }: Operation, values: readonly Value[]): void {
  const map = new Map(results.map((result, i) => [result, values[i]!]));
  const users = new Set(results.flatMap((result) => [...result.users]));
  for (const user of users)
    setOperands(
      user,
      user.operands.map((operand) => map.get(operand) ?? operand),
    );
}

/** Replaces all results of `operation` by `values` and erases it. */
export function replaceOperation(operation: Operation, values: readonly Value[]): void {
  if (operation.results.length === 1) replaceAllUses(operation.result, values[0]!);
  else replaceResults(operation, values);
  eraseOperation(operation);
}

/** From old values to new ones while cloning; values not in it stand for themselves. */
export type ValueMap = Map<Value, Value>;

/** A detached copy of `operation` and everything below; operands go through `map`, which learns the new values. */
export function cloneOperation(operation: Operation, map: ValueMap): Operation {
  const regions = operation.regions.map((region) => cloneRegion(region, map));
  const copy = makeOperation({
    name: operation.name,
    declaration: operation.declaration,
    operands: operation.operands.map((operand) => map.get(operand) ?? operand),
    attributes: operation.attributes,
    extra: operation.extra,
    resultTypes: operation.results.map((result) => result.type),
    regions,
    location: operation.location,
  });
  operation.results.forEach((result, index) => {
    const clone = copy.results[index]!;
    setNameHint(clone, result.nameHint);
    map.set(result, clone);
  });
  return copy;
}

/** A copy of a region; see `cloneOperation`. */
export function cloneRegion(region: Region, map: ValueMap): Region {
  const blocks = region.blocks.map((block) => {
    const copy = makeBlock(
      block.arguments.map((argument) => argument.type),
      block.arguments.map((argument) => argument.nameHint),
      block.arguments.map((argument) => argument.location),
    );
    block.arguments.forEach((argument, index) => {
      map.set(argument, copy.arguments[index]!);
    });
    for (const operation of block) insertOperation(cloneOperation(operation, map), copy);
    return copy;
  });
  return makeRegion(blocks);
}

/** Moves `operation` before `anchor`. */
export function moveBefore(operation: Operation, anchor: Operation): void {
  detachOperation(operation);
  insertOperation(operation, anchor.block!, anchor);
}

/** Whether `value` is defined outside of `operation`'s regions, so that code before it may use it. */
export function isDefinedOutside(value: Value, operation: Operation): boolean {
  let at = value.owner instanceof Operation ? value.owner.parent : value.owner.region?.operation;
  for (; at !== undefined; at = at.parent) if (at === operation) return false;
  return true;
}
