/** @file What the conversions from bytecode share: a type inside another, or in one of MLIR's own attributes, is converted where it stands. */
import type { Attribute } from "../attribute.js";
import type { Location } from "../location.js";
import type { Resource } from "../resources.js";
import type { Type } from "../types.js";
import type { Entity } from "./entity.js";
import type { Complaints } from "./complaints.js";

/** Converts the attributes and types of one file. */
export interface Reading extends Complaints {
  /** The attribute that an entity of any dialect stands for; converted once. */
  attribute(entity: Entity): Attribute;
  /** The type that an entity of any dialect stands for; converted once. */
  type(entity: Entity): Type;
  /** The location that an attribute stands for; unknown when there is none. */
  location(entity: Entity | undefined): Location;
  /** The one resource of a key, however often the file refers to it. */
  resource(found: Resource): Resource;
  /** A number that no distinct attribute of the file has yet. */
  nextDistinct(): number;
}
