/** @file How an executable wants its arguments arranged, and how it arranges its results. */
import type { DeviceBuffer } from "./buffer.js";
import type { ClientCore } from "./client-core.js";
import { ArgumentError, ifSupported } from "./errors.js";
import { defaultLayout, layoutsOfArguments, layoutsOfResults } from "./extensions/layouts.js";
import { isOnlyArrangement, rowMajorLayout, sameLayout } from "./layout.js";
import { describePosition, formatType, type Signature, type TensorSpec } from "./signature.js";

/** Layouts by position, as XLA writes them. */
export interface ExecutableLayouts {
  readonly arguments: readonly string[];
  /** Undefined where the plugin does not tell: each buffer is asked then. */
  readonly results: readonly string[] | undefined;
  /** The arguments' layouts where a buffer could have another; undefined where there is only one arrangement. */
  readonly checked: readonly (string | undefined)[];
}

/**
 * What the compiler chose. A plugin without the layouts extension does not tell: then the signature's layouts hold, and row-major for
 * what has none.
 * @throws ArgumentError if the program has another number of arguments than the signature
 */
export function executableLayouts(
  client: ClientCore,
  executable: bigint,
  signature: Signature,
): ExecutableLayouts {
  const { api } = client;
  const told = ifSupported(() => layoutsOfArguments(api, executable));
  const results = ifSupported(() => layoutsOfResults(api, executable));
  if (told !== undefined && told.length !== signature.arguments.length) {
    throw new ArgumentError({
      message: "the signature does not fit the program",
      expected: `${told.length} arguments, as the program takes`,
      got: `${signature.arguments.length} arguments`,
    });
  }
  const layouts = signature.arguments.map((spec, i) => told?.[i] ?? assumedLayout(spec, i, api.plugin));
  return {
    arguments: layouts,
    results: results?.length === signature.results.length ? results : undefined,
    checked: layouts.map((layout, i) =>
      isOnlyArrangement(layout, signature.arguments[i]!.dimensions) ? undefined : layout,
    ),
  };
}

/** @throws ArgumentError where the compiler chose the layout, and the plugin does not tell which */
function assumedLayout(spec: TensorSpec, index: number, plugin: string): string {
  const { layout = rowMajorLayout(spec.dimensions.length) } = spec;
  if (layout !== "auto") return layout;
  throw new ArgumentError({
    message: `the compiler chooses the layout of ${describePosition("argument", index, spec)}, and ${plugin} does not tell it`,
    expected: "a plugin with the layouts extension and PJRT_Layouts_PJRT_Executable_GetParameterLayouts",
    hint: 'take mhlo.layout_mode = "auto" out of the program, or write the layout there',
  });
}

/** The signature with a layout for each tensor that is not arranged as the client does by default. */
export function withLayouts(client: ClientCore, signature: Signature, layouts: ExecutableLayouts): Signature {
  const arranged = <S extends TensorSpec>(spec: S, layout: string | undefined): S => ({
    ...spec,
    layout: layout === undefined || isDefault(client, spec, layout) ? undefined : layout,
  });
  return {
    arguments: signature.arguments.map((spec, i) => arranged(spec, layouts.arguments[i])),
    results: signature.results.map((spec, i) => arranged(spec, layouts.results?.[i])),
  };
}

function isDefault(client: ClientCore, spec: TensorSpec, layout: string): boolean {
  const { dimensions } = spec;
  const byDefault = ifSupported(() => defaultLayout(client.api, client.useInside(), spec));
  return sameLayout(layout, byDefault ?? rowMajorLayout(dimensions.length), dimensions);
}

/** @throws ArgumentError if the program would read the buffer's elements in another order than they lie */
export function checkLayout(index: number, spec: TensorSpec, buffer: DeviceBuffer, layout: string): void {
  if (sameLayout(buffer.layout, layout, spec.dimensions)) return;
  throw new ArgumentError({
    message: `${describePosition("argument", index, spec)} is arranged in another way than the program reads it`,
    expected: `${formatType(spec)} with layout ${layout}`,
    got: `layout ${buffer.layout}`,
    hint: `upload it so: client.toDevice({ ...tensor, layout: "${layout}" }), or copy it: client.copyInLayout(buffer, "${layout}")`,
  });
}
