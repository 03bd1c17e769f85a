/**
 * @file Numbers for dialects, attributes, types and operation names: those used most get the shortest numbers. The order
 * is that of MLIR's writer to the last tie, so that equal programs give equal bytes (spec/stablehlo 3.8).
 */
import { type Entity, references } from "./entity.js";
import { type BytecodeOperation, type BytecodeRegion, splitName } from "./program.js";

interface Counted<T> {
  readonly item: T;
  readonly dialect: number;
  uses: number;
}

/** Items in the order of first sight, with how often they were seen. */
class Counter<T> {
  readonly #seen = new Map<T, Counted<T>>();

  /** Whether the item is new. */
  add(item: T, dialectOf: () => number): boolean {
    const known = this.#seen.get(item);
    if (known !== undefined) {
      known.uses++;
      return false;
    }
    this.#seen.set(item, { item, dialect: dialectOf(), uses: 1 });
    return true;
  }

  /** The items in the order of their numbers. */
  ordered(): T[] {
    const byUse = [...this.#seen.values()].sort((a, b) => b.uses - a.uses);
    return groupByDialect(byUse).map(({ item }) => item);
  }
}

/**
 * Items of one dialect stand together among those whose numbers take equally many bytes; first the dialect that ended the
 * group before.
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
    result.push(...group);
  }
  return result;
}

/** The tables of a file, in the order of their numbers. */
export interface Numbering {
  readonly dialects: readonly string[];
  readonly attributes: readonly Entity[];
  readonly types: readonly Entity[];
  readonly operations: readonly string[];
}

/** What the numbering looks at: an operation's dictionary may hold its properties too, in old bytecode. */
export interface NumberedParts {
  readonly dictionary: Entity | undefined;
  readonly properties: readonly (Entity | undefined)[];
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

  const dialect = (name: string) => (): number => {
    const known = dialects.get(name) ?? dialects.size;
    dialects.set(name, known);
    return known;
  };
  const visit = (entity: Entity): void => {
    const { codec, values } = entity;
    const counter = codec.kind === "attribute" ? attributes : types;
    if (!counter.add(entity, dialect(codec.dialect))) return;
    for (const inner of references(values)) visit(inner);
  };
  const visitOperation = (operation: BytecodeOperation): void => {
    operations.add(operation.name, dialect(splitName(operation.name)[0]));
    operation.results.forEach(visit);
    const { dictionary, properties } = partsOf(operation);
    if (dictionary !== undefined) visit(dictionary);
    for (const property of properties) if (property !== undefined) visit(property);
    visit(operation.location);
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
  };
}
