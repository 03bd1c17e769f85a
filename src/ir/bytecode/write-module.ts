/** @file A module as a VHLO program: operations by their VHLO versions, values by number. */
import type { Attribute } from "../attribute.js";
import { type Location, unknownLocation } from "../location.js";
import { type Block, Operation, type Region, type Value, walk } from "../operation.js";
import { attributeToVhlo } from "./attributes-to-vhlo.js";
import { attributeToBuiltin, dictionaryToBuiltin } from "./builtin-attributes.js";
import { builtinAttributes } from "./builtin.js";
import { type Entity, EntityPool } from "./entity.js";
import { locationToBuiltin } from "./locations.js";
import { PortableViews, refuse, type Requirement } from "./vhlo-view.js";
import type { BytecodeBlock, BytecodeOperation, BytecodeRegion, UseList } from "./program.js";
import { sdyFromText } from "./sdy.js";
import { typeToVhlo, type Writing } from "./types.js";
import { findUseLists, type UseLists } from "./use-lists.js";
import { compareVersions, oldestVersion, type Version } from "../versions.js";
import { vhloVersions } from "./vhlo-ops.js";

/** Operations that VHLO leaves as they are. */
const kept: ReadonlySet<string> = new Set(["builtin.module", "sdy.mesh"]);

const noUseLists: readonly UseList[] = [];

interface KeptAttributes {
  readonly sym_name?: string;
  readonly sym_visibility?: string;
  readonly mesh?: Attribute;
}

/** Operations with a region that uses a value from outside of it. */
function findOpenOperations(root: Operation): ReadonlySet<Operation> {
  const open = new Set<Operation>();
  for (const operation of walk(root)) {
    for (const { owner } of operation.operands) {
      const home = owner instanceof Operation ? owner.block : owner;
      let at = operation;
      while (at.block !== home) {
        const { parent } = at;
        if (parent === undefined) refuse(operation, "an operand is defined in another place");
        open.add(parent);
        at = parent;
      }
    }
  }
  return open;
}

/**
 * Whether a library of version `library` rewrites the operation for `target`, as a newer version of it has
 * come since.
 */
const isRewritten = (operation: Operation, target: Version, library: Version): boolean =>
  (vhloVersions(operation.name) ?? []).some(
    ({ since }) => compareVersions(target, since) < 0 && compareVersions(since, library) <= 0,
  );

export class ProgramBuilder {
  readonly pool = new EntityPool();
  /** The operation that is converted now. */
  #current: Operation;
  readonly #to: Writing = {
    pool: this.pool,
    types: new Map(),
    fail: (message, hint) => refuse(this.#current, message, hint),
  };
  readonly #views = new PortableViews(this.#to);
  readonly #numbers = new Map<Value, number>();
  readonly #locations = new Map<Location, Entity>();
  #useLists: UseLists = new Map();
  #open: ReadonlySet<Operation> = new Set();

  /** @param keepsLocations whether the program says where its operations come from. */
  constructor(
    readonly module: Operation,
    readonly keepsLocations = true,
  ) {
    this.#current = module;
  }

  /** What each operation of the module needs. */
  *requirements(): Generator<readonly [Operation, Requirement]> {
    for (const operation of walk(this.module))
      if (operation.name !== "builtin.module") yield [operation, this.requirement(operation)];
  }

  /** What one operation needs, its regions not counted. @throws PortabilityError when it has no portable form */
  requirement(operation: Operation): Requirement {
    this.#current = operation;
    if (!kept.has(operation.name)) return this.#views.requirement(operation);
    const version = operation.name === "builtin.module" ? oldestVersion : "1.11.0";
    return { version, because: `operation ${operation.name}` };
  }

  /** The program for readers of `target`, as `library` writes it. @throws PortabilityError */
  build(target: Version, library: Version): BytecodeOperation {
    this.#open = findOpenOperations(this.module);
    this.#useLists = findUseLists(this.module, (operation) => isRewritten(operation, target, library));
    return this.#operation(this.module, target, 0);
  }

  /** @param next the number after the last value of the region around. */
  #operation(operation: Operation, target: Version, next: number): BytecodeOperation {
    this.#current = operation;
    const isolated = !this.#open.has(operation);
    const first = isolated ? 0 : next;
    const { name, properties, discardable } = this.#content(operation, target);
    return {
      name,
      properties,
      discardable,
      location: this.#location(operation.location),
      operands: operation.operands.map(
        (operand) =>
          this.#numbers.get(operand) ?? refuse(operation, "an operand is used before it is defined"),
      ),
      results: operation.results.map(({ type }) => typeToVhlo(this.#to, type)),
      regions: operation.regions.map((region) => this.#region(region, target, first)),
      isolated,
      useLists: this.#useListsOf(operation.results),
      offset: 0,
    };
  }

  #content(
    operation: Operation,
    target: Version,
  ): Pick<BytecodeOperation, "name" | "properties" | "discardable"> {
    const to = this.#to;
    const { name, attributes } = operation;
    if (!kept.has(name)) {
      const { op, properties } = this.#views.at(operation, target);
      const discardable = this.#dictionary(operation, (value) => attributeToVhlo(to, value));
      return { name: op.name, properties, discardable };
    }
    const text = (value: string | undefined): Entity | undefined =>
      value === undefined ? undefined : this.pool.make(builtinAttributes.string, value);
    const discardable = this.#dictionary(operation, (value) => attributeToBuiltin(to, value));
    const { sym_name: symbol, sym_visibility: visibility, mesh } = attributes as KeptAttributes;
    if (name === "builtin.module") return { name, properties: [text(symbol), text(visibility)], discardable };
    const meshText = mesh?.kind === "opaque" ? mesh.text : "";
    const entity = sdyFromText(meshText, this.pool) ?? to.fail(`its mesh ${meshText} has no portable form`);
    return { name, properties: [entity, text(symbol)], discardable };
  }

  #dictionary({ extra }: Operation, convert: (value: Attribute) => Entity): Entity | undefined {
    return extra.size === 0 ? undefined : dictionaryToBuiltin(this.pool, [...extra], convert);
  }

  #useListsOf(values: readonly Value[]): readonly UseList[] {
    if (this.#useLists.size === 0) return noUseLists;
    return values.flatMap((value, index) => {
      const order = this.#useLists.get(value);
      return order === undefined ? [] : [{ index, order }];
    });
  }

  #location(location: Location): Entity {
    if (!this.keepsLocations) return locationToBuiltin(this.#to, unknownLocation);
    const known = this.#locations.get(location) ?? locationToBuiltin(this.#to, location);
    this.#locations.set(location, known);
    return known;
  }

  #region({ blocks }: Region, target: Version, first: number): BytecodeRegion {
    let next = first;
    const number = (value: Value): void => {
      this.#numbers.set(value, next++);
    };
    for (const block of blocks) {
      block.arguments.forEach(number);
      for (const operation of block) operation.results.forEach(number);
    }
    return { blocks: blocks.map((block) => this.#block(block, target, next)) };
  }

  #block(block: Block, target: Version, next: number): BytecodeBlock {
    return {
      arguments: block.arguments.map(({ type, location }) => ({
        type: typeToVhlo(this.#to, type),
        location: location.kind === "unknown" || !this.keepsLocations ? undefined : this.#location(location),
      })),
      useLists: this.#useListsOf(block.arguments),
      operations: block.operations.map((operation) => this.#operation(operation, target, next)),
    };
  }
}
