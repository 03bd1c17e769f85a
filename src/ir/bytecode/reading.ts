/** @file What the conversions from bytecode share: each attribute and each type of a file is converted once. */
import type { Attribute } from "../attribute.js";
import type { Type } from "../types.js";
import type { Entity } from "./entity.js";
import type { Complaints } from "./types.js";

/** Converts the attributes and types of one file. */
export interface Reading extends Complaints {
  /** The attribute that an entity of any dialect stands for. */
  attribute(entity: Entity): Attribute;
  /** The type that an entity of any dialect stands for. */
  type(entity: Entity): Type;
}
