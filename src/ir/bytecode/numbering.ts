/**
 * @file Numbers for dialects, attributes, types and operation names: those used most get the shortest
 * numbers. The order is that of MLIR's writer to the last tie, so that equal programs give equal bytes.
 */
import { builtinAttributes } from "./builtin.js";
import { type Entity, isA, references, type ResourceEntry } from "./entity.js";
import { type BytecodeOperation, type BytecodeRegion, splitName } from "./program.js";

interface Counted<T> {
  readonly item: T;
  readonly dialect: number;
  uses: number;
}

/** Items in the order of first sight, with how often they were seen. */
class Counter<T> {
  readonly #seen = new Map<T, Counted<T>>();

  /** Counts an item that was seen before; false for a new one. */
  count(item: T): boolean {
    const known = this.#seen.get(item);
    if (known !== undefined) known.uses++;
    return known !== undefined;
  }

  add(item: T, dialect: number): void {
    this.#seen.set(item, { item, dialect, uses: 1 });
  }

  /** The items in the order of their numbers. */
  ordered(): T[] {
    const byUse = [...this.#seen.values()].sort((a, b) => b.uses - a.uses);
    return groupByDialect(byUse).map(({ item }) => item);
  }
}

/**
 * Items of one dialect stand together among those whose numbers take equally many bytes; first the dialect
 * that ended the group before.
 */
function groupByDialect<T>(items: readonly Counted<T>[]): Counted<T>[] {
  const result: Counted<T>[] = [];
  let first = 0;
  let size = 0;
  for (let bytes = 1; result.length < items.length; bytes++) {
    size = 2 ** (7 * bytes) - size;
    const group = items.slice(result.length, result.length + size);
    const rank = (item: Counted<T>): number => (item.dialect === first ? -1 : item.dialect);
    group.sort((a, b) => rank(a) - rank(b));
    first = group.at(-1)!.dialect;
    for (const item of group) result.push(item);
  }
  return result;
}

/** The tables of a file, in the order of their numbers. */
export interface Numbering {
  readonly dialects: readonly string[];
  readonly attributes: readonly Entity[];
  readonly types: readonly Entity[];
  readonly operations: readonly string[];
  /** Resources, those without data last. */
  readonly resources: readonly ResourceEntry[];
}

/** The attributes of an operation; in old bytecode the dictionary holds the properties too. */
export type NumberedParts = Pick<BytecodeOperation, "discardable" | "properties">;

/** Adds a resource that was not seen yet: attributes of several types may refer to one. */
function addResource(
  resources: ResourceEntry[],
  [key, alignment, data]: readonly [string, number, Uint8Array | undefined],
): void {
  if (resources.every((other) => other.key !== key)) resources.push({ key, alignment, data });
}

export function numberProgram(
  root: BytecodeOperation,
  partsOf: (operation: BytecodeOperation) => NumberedParts,
  unknownLocation: Entity,
): Numbering {
  const dialects = new Map<string, number>();
  const attributes = new Counter<Entity>();
  const types = new Counter<Entity>();
  const operations = new Counter<string>();
  const resources: ResourceEntry[] = [];

  const dialect = (name: string): number => {
    const known = dialects.get(name) ?? dialects.size;
    dialects.set(name, known);
    return known;
  };
  const visit = (root: Entity): void => {
    const todo = [root];
    for (let entity = todo.pop(); entity !== undefined; entity = todo.pop()) {
      const { codec, values } = entity;
      const counter = codec.kind === "attribute" ? attributes : types;
      if (counter.count(entity)) continue;
      counter.add(entity, dialect(codec.dialect));
      if (isA(entity, builtinAttributes.resource)) addResource(resources, entity.values[1]);
      const inner = [...references(values)];
      for (let i = inner.length - 1; i >= 0; i--) todo.push(inner[i]!);
    }
  };
  const visitOperation = (operation: BytecodeOperation): void => {
    const { name, results, location } = operation;
    if (!operations.count(name)) operations.add(name, dialect(splitName(name)[0]));
    for (const type of results) visit(type);
    const { discardable, properties } = partsOf(operation);
    if (discardable !== undefined) visit(discardable);
    for (const property of properties) if (property !== undefined) visit(property);
    visit(location);
  };

  visitOperation(root);
  const pending: BytecodeRegion[] = [...root.regions];
  for (let region = pending.pop(); region !== undefined; region = pending.pop()) {
    for (const block of region.blocks) {
      for (const argument of block.arguments) {
        visit(argument.location ?? unknownLocation);
        visit(argument.type);
      }
      block.operations.forEach(visitOperation);
    }
    for (const block of region.blocks)
      for (const operation of block.operations) pending.push(...operation.regions);
  }
  return {
    dialects: [...dialects.keys()],
    attributes: attributes.ordered(),
    types: types.ordered(),
    operations: operations.ordered(),
    resources: [
      ...resources.filter(({ data }) => data !== undefined),
      ...resources.filter(({ data }) => data === undefined),
    ],
  };
}
