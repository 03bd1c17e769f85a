/** @file How the bytes of a tensor lie on a device that they reach in pieces. */
import { isPacked } from "./element-type.js";
import { ArgumentError } from "./errors.js";
import { parseLayout, rowMajorLayout, sameLayout } from "./layout.js";
import { formatType, type TensorSpec } from "./signature.js";

/** One tensor's place on the device: what the device is told and how the bytes are sent both come from it. */
export interface Arrangement {
  readonly layout: string;
  /** Whether the device arranges such tensors so without being told. */
  readonly isDefault: boolean;
  /** The device's order of the dimensions, fastest varying first; undefined where it is row-major, as the bytes come. */
  readonly order: readonly number[] | undefined;
}

/**
 * The layout that a tensor asks for, else the device's own.
 * @param byDefault how the device arranges such tensors; undefined where the plugin does not tell, which is taken to be row-major
 * @throws ArgumentError where the device's bytes are not those of the host in some order: packed or tiled ones
 */
export function arrangementOf(spec: TensorSpec, byDefault: string | undefined): Arrangement {
  const { dimensions, elementType } = spec;
  const rowMajor = rowMajorLayout(dimensions.length);
  const layout = spec.layout ?? byDefault ?? rowMajor;
  if (isPacked(elementType) || layout.includes(":T(")) {
    throw new ArgumentError({
      message: `a ${formatType(spec)} cannot be transferred in pieces`,
      expected: "a tensor whose elements lie on the device one after the other, whole bytes each",
      got: `layout ${layout}`,
      hint: "transfer it whole: client.toDevice(tensor)",
    });
  }
  return {
    layout,
    isDefault: sameLayout(layout, byDefault ?? rowMajor, dimensions),
    order: sameLayout(layout, rowMajor, dimensions)
      ? undefined
      : parseLayout(layout, dimensions.length).minorToMajor,
  };
}
