/** @file What the conversions from bytecode share: a type inside another, or in one of MLIR's own attributes, is converted where it stands. */
import type { Attribute } from "../attribute.js";
import type { Type } from "../types.js";
import type { Entity } from "./entity.js";
import type { Complaints } from "./types.js";

/** Converts the attributes and types of one file. */
export interface Reading extends Complaints {
  /** The attribute that an entity of any dialect stands for; converted once. */
  attribute(entity: Entity): Attribute;
  /** The type that an entity of any dialect stands for; converted once. */
  type(entity: Entity): Type;
}
