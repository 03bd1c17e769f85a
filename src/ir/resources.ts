/** @file Resources: constants whose bytes stand apart from the operations, each under a key: `dense_resource<key>`, in text and in artifacts. */
import { type Elements, heldBytes, rawElements } from "./elements.js";
import { byteWidth, elementCount, formatType, isStatic, type TensorType, type Type } from "./types.js";

/** Bytes under a key. */
export interface Resource {
  readonly key: string;
  /** The number of bytes that the place of the data in memory is a multiple of. */
  readonly alignment: number;
  /** Elements little-endian and row-major, one byte each for `i1` and types of less than a byte. */
  readonly data: Uint8Array;
}

/**
 * Which elements are a resource's, by identity: what is computed from elements is other elements, and so never stands for the resource's
 * bytes.
 */
const origins = new WeakMap<Elements, Resource>();

/** The resource that elements are the content of, or undefined for any others. */
export const resourceOf = (elements: Elements): Resource | undefined => origins.get(elements);

/** The content of a resource as elements of a type, which is that of its `dense_resource<key> : T`. @throws through `fail` when the bytes are not that many */
export function elementsOfResource(
  type: Type,
  resource: Resource,
  fail: (message: string) => never,
): Elements {
  if (type.kind !== "tensor" || !isStatic(type))
    return fail(`a resource must be a tensor of known size, got ${formatType(type)}`);
  const wanted = elementCount(type.shape) * byteWidth(type.element);
  if (resource.data.length !== wanted)
    fail(`the resource has ${resource.data.length} bytes, ${formatType(type)} needs ${wanted}`);
  const elements = rawElements(type, heldBytes(resource.data, type.element));
  origins.set(elements, resource);
  return elements;
}

/** What stands for elements whose resource has no data, as where a dump left them out: `dense_resource<__elided__> : T`. */
export interface AbsentElements {
  readonly kind: "resource";
  readonly key: string;
  readonly type: TensorType;
}

/** The keys that resources have in one program: each its own, or another where a resource before it has the same. */
export class ResourceKeys {
  readonly #keys = new Map<Resource, string>();

  keyOf(resource: Resource): string {
    const known = this.#keys.get(resource) ?? this.#freeKey(resource.key);
    this.#keys.set(resource, known);
    return known;
  }

  #freeKey(wanted: string): string {
    const taken = new Set(this.#keys.values());
    let key = wanted;
    for (let i = 1; taken.has(key); i++) key = `${wanted}_${i}`;
    return key;
  }

  /** Resources and their keys, in the order in which they were asked for. */
  get entries(): readonly (readonly [Resource, string])[] {
    return [...this.#keys];
  }
}
