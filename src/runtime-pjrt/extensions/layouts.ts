/** @file The layouts extension: how a device arranges a tensor, as XLA writes it, e.g. `{1,0:T(8,128)}`. */
import type { Api, ExtensionApi } from "../call.js";
import { elementTypeNumber } from "../element-type.js";
import { addressOf } from "../ffi.js";
import { readPointers } from "../memory-reading.js";
import { takeBytes } from "../owned-bytes.js";
import type { TensorSpec } from "../signature.js";
import { extensionOf } from "./extension.js";

type Layouts = ExtensionApi<"Layouts">;
const utf8 = new TextDecoder();

function layoutText(layouts: Layouts, layout: bigint): string {
  const out = layouts.call("PJRT_Layouts_MemoryLayout_Serialize", { layout });
  const { serialized_bytes, serialized_bytes_size, serialized_layout, serialized_layout_deleter } = out;
  return utf8.decode(
    takeBytes(serialized_bytes, serialized_bytes_size, serialized_layout, serialized_layout_deleter),
  );
}

/** A layout that was handed out for us to free; those of an executable are its own and must not be. */
function takeLayout(layouts: Layouts, layout: bigint): string {
  try {
    return layoutText(layouts, layout);
  } finally {
    layouts.call("PJRT_Layouts_MemoryLayout_Destroy", { layout });
  }
}

/** @throws UnsupportedByPluginError without the extension */
export function layoutOfBuffer(api: Api, buffer: bigint): string {
  const layouts = extensionOf(api, "Layouts");
  return takeLayout(layouts, layouts.call("PJRT_Layouts_PJRT_Buffer_MemoryLayout", { buffer }).layout);
}

/** The layout a client gives to a tensor type by default. @throws UnsupportedByPluginError without the extension */
export function defaultLayout(api: Api, client: bigint, spec: TensorSpec): string {
  const layouts = extensionOf(api, "Layouts");
  const dims = BigInt64Array.from([...spec.dimensions, 0], BigInt);
  const type = elementTypeNumber(spec.elementType, api.minor);
  const inputs = { client, type, dims: addressOf(dims), num_dims: spec.dimensions.length };
  return takeLayout(layouts, layouts.call("PJRT_Layouts_PJRT_Client_GetDefaultLayout", inputs).layout);
}

/** @throws UnsupportedByPluginError without the extension or the function */
export function layoutsOfResults(api: Api, executable: bigint): readonly string[] {
  const layouts = extensionOf(api, "Layouts");
  const out = layouts.call("PJRT_Layouts_PJRT_Executable_GetOutputLayouts", { executable });
  return readPointers(out.layouts, out.num_outputs).map((layout) => layoutText(layouts, layout));
}

/** @throws UnsupportedByPluginError without the extension or the function */
export function layoutsOfArguments(api: Api, executable: bigint): readonly string[] {
  const layouts = extensionOf(api, "Layouts");
  const out = layouts.call("PJRT_Layouts_PJRT_Executable_GetParameterLayouts", { executable });
  return readPointers(out.layouts, out.num_parameters).map((layout) => layoutText(layouts, layout));
}
