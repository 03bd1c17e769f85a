/** @file The attributes and types of a file, whatever dialect wrote them. */
import type { Attribute } from "../attribute.js";
import { ParseError } from "../errors.js";
import type { Location } from "../location.js";
import type { Resource } from "../resources.js";
import { parseAttribute } from "../text/parse.js";
import type { Type } from "../types.js";
import { attributeFromVhlo } from "./attributes-from-vhlo.js";
import { attributeFromBuiltin } from "./builtin-attributes.js";
import { typeFromBuiltin } from "./builtin-types.js";
import type { Entity } from "./entity.js";
import { LocationReader } from "./locations.js";
import type { Reading } from "./reading.js";
import { shardyFromEntity } from "./sdy-from-entity.js";
import { typeFromVhlo } from "./types.js";

/** Converts each entity that is asked for once. */
export class EntityReader implements Reading {
  readonly #attributes = new Map<Entity, Attribute>();
  readonly #types = new Map<Entity, Type>();
  readonly #resources = new Map<string, Resource>();
  readonly #locations = new LocationReader(this);
  #distinct = 0;

  /** @param fail complains about what is read now */
  constructor(readonly fail: (message: string) => never) {}

  attribute(entity: Entity): Attribute {
    const known = this.#attributes.get(entity) ?? this.#convert(entity);
    this.#attributes.set(entity, known);
    return known;
  }

  type(entity: Entity): Type {
    const known =
      this.#types.get(entity) ??
      (entity.codec.dialect === "vhlo" ? typeFromVhlo(this, entity) : typeFromBuiltin(this, entity));
    this.#types.set(entity, known);
    return known;
  }

  location(entity: Entity | undefined): Location {
    return this.#locations.read(entity);
  }

  resource(found: Resource): Resource {
    const known = this.#resources.get(found.key) ?? found;
    this.#resources.set(found.key, known);
    return known;
  }

  nextDistinct(): number {
    return this.#distinct++;
  }

  /** What a dialect wrote as text: of chlo, attributes that its ops have. */
  #text(dialect: string, text: string): Attribute {
    if (dialect !== "chlo") return { kind: "opaque", text };
    try {
      return parseAttribute(text);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return this.fail(`${text} is no attribute of chlo`);
    }
  }

  #convert(entity: Entity): Attribute {
    const { dialect, code } = entity.codec;
    if (code === undefined) return this.#text(dialect, String(entity.values[0]));
    if (dialect === "vhlo") return attributeFromVhlo(this, entity);
    if (dialect === "sdy") return { kind: "sdy", value: shardyFromEntity(this, entity) };
    return attributeFromBuiltin(this, entity);
  }
}
