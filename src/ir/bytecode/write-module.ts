/** @file A module as a VHLO program: operations by their VHLO versions, values by number. */
import type { Elements } from "../elements.js";
import { type Location, unknownLocation } from "../location.js";
import { type Block, Operation, type Region, type Value, walk } from "../operation.js";
import { attributeToVhlo } from "./attributes-to-vhlo.js";
import { dictionaryToBuiltin } from "./builtin-attributes.js";
import { typeToBuiltin } from "./builtin-types.js";
import { type Entity, EntityPool } from "./entity.js";
import { Casts, isBuiltinValue } from "./casts.js";
import { castName, keptContent, keptProperties, mixes } from "./kept-ops.js";
import { LocationWriter } from "./locations.js";
import { ResourceKeys, resourceOf } from "../resources.js";
import { PortableViews, refuse, type Requirement } from "./vhlo-view.js";
import { packElements } from "./tensor-data.js";
import type { BytecodeBlock, BytecodeOperation, BytecodeRegion, UseList } from "./program.js";
import type { Type } from "../types.js";
import { typeToVhlo, type Writing } from "./types.js";
import { findUseLists, type UseLists } from "./use-lists.js";
import { compareVersions, type Version } from "../versions.js";
import { vhloVersions } from "./vhlo-ops.js";

const noUseLists: readonly UseList[] = [];

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

/** What of a module its program has. */
export interface KeptParts {
  /** Where operations come from. */
  readonly locations: boolean;
  /** Resources as such, and not as the elements that they hold. */
  readonly resources: boolean;
}

export class ProgramBuilder {
  readonly pool = new EntityPool();
  /** The operation that is converted now. */
  #current: Operation;
  readonly #to: Writing = {
    pool: this.pool,
    types: new Map(),
    bytesOf: packElements,
    resourceKey: (elements) => this.#resourceKey(elements),
    locationOf: (location) => this.#locations.write(location),
    fail: (message, hint) => refuse(this.#current, message, hint),
  };
  readonly #views = new PortableViews(this.#to);
  readonly #numbers = new Map<Value, number>();
  readonly #locations = new LocationWriter(this.#to);
  readonly #resources = new ResourceKeys();
  /** Numbers of values that are cast. */
  readonly #castNumbers = new Map<Value, number>();
  #casts = Casts.none;
  #useLists: UseLists = new Map();
  #open: ReadonlySet<Operation> = new Set();

  constructor(
    readonly module: Operation,
    readonly keeps: KeptParts,
  ) {
    this.#current = module;
  }

  #resourceKey(elements: Elements): string | undefined {
    const resource = this.keeps.resources ? resourceOf(elements) : undefined;
    return resource === undefined ? undefined : this.#resources.keyOf(resource);
  }

  /** What one operation needs, its regions not counted. @throws PortabilityError when it has no portable form */
  requirement(operation: Operation): Requirement {
    this.#current = operation;
    return this.#views.requirement(operation);
  }

  /** The program for readers of `target`, as `library` writes it. @throws PortabilityError */
  build(target: Version, library: Version): BytecodeOperation {
    this.#open = findOpenOperations(this.module);
    this.#casts = new Casts(this.module);
    // A cast is a use that the lists do not count.
    this.#useLists = this.#casts.isEmpty
      ? findUseLists(this.module, (operation) => isRewritten(operation, target, library))
      : new Map();
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
          (this.#casts.isCastFor(operand, operation) ? this.#castNumbers : this.#numbers).get(operand) ??
          refuse(operation, "an operand is used before it is defined"),
      ),
      results: operation.results.map(({ type }) => this.#type(type, mixes(name))),
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
    const { name, extra } = operation;
    this.#views.check(operation, target);
    if (keptProperties(name) !== undefined) return { name, ...keptContent(this.#to, operation) };
    const { op, properties } = this.#views.at(operation, target);
    const discardable =
      extra.size === 0
        ? undefined
        : dictionaryToBuiltin(this.pool, [...extra], (value) => attributeToVhlo(this.#to, value));
    return { name: op.name, properties, discardable };
  }

  #type(type: Type, isBuiltin: boolean): Entity {
    return isBuiltin ? typeToBuiltin(this.#to, type) : typeToVhlo(this.#to, type);
  }

  /** The casts of values, which stand behind what defines them. */
  #castsOf(values: readonly Value[]): BytecodeOperation[] {
    return this.#casts.of(values).map((value) => ({
      name: castName,
      location: this.#location(this.#casts.locationOf(value)),
      discardable: undefined,
      properties: [],
      operands: [this.#numbers.get(value)!],
      results: [this.#type(value.type, !isBuiltinValue(value))],
      regions: [],
      isolated: true,
      offset: 0,
    }));
  }

  #useListsOf(values: readonly Value[]): readonly UseList[] {
    if (this.#useLists.size === 0) return noUseLists;
    return values.flatMap((value, index) => {
      const order = this.#useLists.get(value);
      return order === undefined ? [] : [{ index, order }];
    });
  }

  #location(location: Location): Entity {
    return this.#locations.write(this.keeps.locations ? location : unknownLocation);
  }

  #region({ blocks }: Region, target: Version, first: number): BytecodeRegion {
    let next = first;
    const number = (value: Value): void => {
      this.#numbers.set(value, next++);
    };
    const define = (values: readonly Value[]): void => {
      values.forEach(number);
      for (const value of this.#casts.of(values)) this.#castNumbers.set(value, next++);
    };
    for (const block of blocks) {
      define(block.arguments);
      for (const operation of block) define(operation.results);
    }
    return { blocks: blocks.map((block) => this.#block(block, target, next)) };
  }

  #block(block: Block, target: Version, next: number): BytecodeBlock {
    const isBuiltin = mixes(block.region?.operation?.name ?? "");
    return {
      arguments: block.arguments.map(({ type, location }) => ({
        type: this.#type(type, isBuiltin),
        location: location.kind === "unknown" || !this.keeps.locations ? undefined : this.#location(location),
      })),
      useLists: this.#useListsOf(block.arguments),
      operations: [
        ...this.#castsOf(block.arguments),
        ...block.operations.flatMap((operation) => [
          this.#operation(operation, target, next),
          ...this.#castsOf(operation.results),
        ]),
      ],
    };
  }
}
