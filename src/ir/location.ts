/** @file Where an op comes from. XLA shows name locations in profiles, so they carry the DSL's paths. */
import { formatPosition, type SourcePosition } from "../support/errors.js";

export type Location =
  | { readonly kind: "unknown" }
  | (SourcePosition & { readonly kind: "file"; readonly endLine?: number; readonly endColumn?: number })
  | { readonly kind: "name"; readonly name: string; readonly child: Location }
  | { readonly kind: "callsite"; readonly callee: Location; readonly caller: Location }
  | { readonly kind: "fused"; readonly children: readonly Location[]; readonly metadata?: string };

export const unknownLocation: Location = Object.freeze({ kind: "unknown" });

export const fileLocation = (position: SourcePosition): Location => ({ kind: "file", ...position });
export const nameLocation = (name: string, child: Location = unknownLocation): Location => ({
  kind: "name",
  name,
  child,
});

/** The locations that one is made of, in the order they are written. */
export function locationChildren(location: Location): readonly Location[] {
  switch (location.kind) {
    case "unknown":
    case "file":
      return [];
    case "name":
      return [location.child];
    case "callsite":
      return [location.callee, location.caller];
    case "fused":
      return location.children;
  }
}

/** The first location that is wanted, of this one and those that it is made of, at any depth; each is looked at once, however often it is shared. */
function findLocation<T extends Location>(
  location: Location,
  isWanted: (location: Location) => location is T,
): T | undefined {
  const seen = new Set<Location>();
  const todo = [location];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (isWanted(next)) return next;
    if (seen.has(next)) continue;
    seen.add(next);
    const children = locationChildren(next);
    for (let i = children.length - 1; i >= 0; i--) todo.push(children[i]!);
  }
  return undefined;
}

/** The first file position inside a location, at any depth: where an error is shown. */
export const sourcePosition = (location: Location): SourcePosition | undefined =>
  findLocation(location, (each) => each.kind === "file");

/** The first name inside a location, at any depth: where it stands in the model, as its author named it (`layers.2/mlp_block`). */
export const nameOfLocation = (location: Location): string | undefined =>
  findLocation(location, (each) => each.kind === "name")?.name;

const quoted = (text: string): string => JSON.stringify(text);

/** A location for people: the file position if there is one, else its names. */
export function describeLocation(location: Location): string | undefined {
  const position = sourcePosition(location);
  if (position !== undefined) return formatPosition(position);
  return location.kind === "name" ? quoted(location.name) : undefined;
}
