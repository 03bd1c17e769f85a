/** @file Locations of the IR as attributes of the builtin dialect, and back. */
import { postOrder } from "../../support/post-order.js";
import { type Location, locationChildren, unknownLocation } from "../location.js";
import { parseAttribute } from "../text/parse.js";
import { formatAttribute } from "../text/print-attributes.js";
import { builtinAttributes as builtin } from "./builtin.js";
import { attributeToBuiltin } from "./builtin-attributes.js";
import type { Reading } from "./reading.js";
import { type Entity, isA } from "./entity.js";
import type { Writing } from "./types.js";

function fileToBuiltin({ pool }: Writing, location: Extract<Location, { kind: "file" }>): Entity {
  const { file, line, column, endLine = line, endColumn } = location;
  const name = pool.make(builtin.string, file);
  if (endColumn === undefined) return pool.make(builtin.filePosition, name, line, column);
  const range = endLine === line ? [line, column, endColumn] : [line, column, endLine, endColumn];
  return pool.make(builtin.fileRange, name, range);
}

/** Writes the locations of one program, each once. */
export class LocationWriter {
  readonly #known = new Map<Location, Entity>();

  constructor(readonly to: Writing) {}

  /** A location in bytecode. */
  write(location: Location): Entity {
    const known = this.#known;
    for (const next of postOrder(location, (other) => known.has(other), locationChildren))
      known.set(next, this.#convert(next));
    return known.get(location)!;
  }

  #convert(location: Location): Entity {
    const { to } = this;
    const { pool } = to;
    const part = (child: Location): Entity => this.#known.get(child)!;
    switch (location.kind) {
      case "unknown":
        return pool.make(builtin.unknown);
      case "file":
        return fileToBuiltin(to, location);
      case "name":
        return pool.make(builtin.name, pool.make(builtin.string, location.name), part(location.child));
      case "callsite":
        return pool.make(builtin.callSite, part(location.callee), part(location.caller));
      case "fused": {
        const children = location.children.map(part);
        if (location.metadata === undefined) return pool.make(builtin.fused, children);
        const metadata = attributeToBuiltin(to, parseAttribute(location.metadata));
        return pool.make(builtin.fusedWithMetadata, children, metadata);
      }
    }
  }
}

function text(from: Reading, entity: Entity): string {
  return isA(entity, builtin.string)
    ? entity.values[0]
    : from.fail("the name in a location must be a string");
}

function fileRange(file: string, numbers: readonly number[]): Location {
  const [line = 0, column = 0, ...end] = numbers;
  const start = { kind: "file", file, line, column } as const;
  if (end.length === 0) return start;
  const [endLine, endColumn] = end.length === 1 ? [line, end[0]!] : [end[0]!, end[1]!];
  return { ...start, endLine, endColumn };
}

/** What stands in the places of a location's parts. */
function partsOf(entity: Entity): readonly Entity[] {
  if (isA(entity, builtin.name)) return [entity.values[1]];
  if (isA(entity, builtin.callSite)) return entity.values;
  return isA(entity, builtin.fused) || isA(entity, builtin.fusedWithMetadata) ? entity.values[0] : [];
}

/** Reads the locations of one file, each once. */
export class LocationReader {
  readonly #known = new Map<Entity, Location>();

  constructor(readonly from: Reading) {}

  /** The location that an attribute stands for; unknown when there is none. */
  read(entity: Entity | undefined): Location {
    if (entity === undefined) return unknownLocation;
    const known = this.#known;
    for (const next of postOrder(entity, (other) => known.has(other), partsOf))
      known.set(next, this.#convert(next));
    return known.get(entity)!;
  }

  /** The location of a part, which is read before the whole. */
  #part(entity: Entity): Location {
    return this.#known.get(entity)!;
  }

  #convert(entity: Entity): Location {
    const { from } = this;
    if (isA(entity, builtin.unknown)) return unknownLocation;
    if (isA(entity, builtin.filePosition)) {
      const [file, line, column] = entity.values;
      return { kind: "file", file: text(from, file), line, column };
    }
    if (isA(entity, builtin.fileRange)) return fileRange(text(from, entity.values[0]), entity.values[1]);
    if (isA(entity, builtin.name))
      return { kind: "name", name: text(from, entity.values[0]), child: this.#part(entity.values[1]) };
    if (isA(entity, builtin.callSite))
      return { kind: "callsite", callee: this.#part(entity.values[0]), caller: this.#part(entity.values[1]) };
    if (isA(entity, builtin.fused)) return this.#fused(entity.values[0]);
    if (isA(entity, builtin.fusedWithMetadata)) {
      const metadata = formatAttribute(from.attribute(entity.values[1]));
      return { ...this.#fused(entity.values[0]), metadata };
    }
    return from.fail(`${entity.codec.dialect} ${entity.codec.name} is no location`);
  }

  #fused(children: readonly Entity[]): Extract<Location, { kind: "fused" }> {
    return { kind: "fused", children: children.map((child) => this.#part(child)) };
  }
}
