/** @file Which version of StableHLO an attribute or a type needs. */
import { postOrder } from "../../support/post-order.js";
import { laterVersion, oldestVersion, type Version } from "../versions.js";
import { type Codec, type Entity, references } from "./entity.js";

/** Versions of attributes and types of one pool, each found once. */
export class EntityVersions {
  readonly #known = new Map<Entity, Version>();

  /** @param sinceOf the first version that has one kind of attribute or type */
  constructor(readonly sinceOf: (codec: Codec) => Version) {}

  /** The first version that can express `entity` and everything in it. */
  of(entity: Entity): Version {
    const known = this.#known;
    const childrenOf = (other: Entity): Iterable<Entity> => references(other.values);
    for (const next of postOrder(entity, (other) => known.has(other), childrenOf)) {
      let since = laterVersion(this.sinceOf(next.codec), oldestVersion);
      for (const inner of references(next.values)) since = laterVersion(since, known.get(inner)!);
      known.set(next, since);
    }
    return known.get(entity)!;
  }
}
