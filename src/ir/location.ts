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

/** The first file position inside a location: where an error is shown. */
export function sourcePosition(location: Location): SourcePosition | undefined {
  switch (location.kind) {
    case "unknown":
      return undefined;
    case "file":
      return location;
    case "name":
      return sourcePosition(location.child);
    case "callsite":
      return sourcePosition(location.callee) ?? sourcePosition(location.caller);
    case "fused":
      return location.children.map(sourcePosition).find((position) => position !== undefined);
  }
}

const quoted = (text: string): string => JSON.stringify(text);

/** A location for people: the file position if there is one, else its names. */
export function describeLocation(location: Location): string | undefined {
  const position = sourcePosition(location);
  if (position !== undefined) return formatPosition(position);
  return location.kind === "name" ? quoted(location.name) : undefined;
}
