/** @file Where operations of a backward computation come from: the author's line of the forward one, named as a gradient. */
import { type Location, nameLocation } from "../ir/location.js";

const GRADIENT = "gradient";

/** `layers.0/mlp` at a line becomes `layers.0/mlp/gradient` at the same line. */
export function gradientLocation(location: Location): Location {
  if (location.kind !== "name") return nameLocation(GRADIENT, location);
  if (location.name.endsWith(GRADIENT)) return location;
  return nameLocation(`${location.name}/${GRADIENT}`, location.child);
}
