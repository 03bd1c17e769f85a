/** @file Extensions that a plugin may or may not have. */
import { type ExtensionName, PJRT_Error_Code, PJRT_Extension_Type } from "../abi/index.js";
import type { Api, ExtensionApi } from "../call.js";
import { pjrtError } from "../errors.js";

const NAMES = new Map<number, string>(
  Object.entries(PJRT_Extension_Type).map(([name, type]) => [type, name]),
);

/** Names of the extensions in a plugin's chain; `type N` for one that is newer than this runtime. */
export function extensionNames(api: Api): readonly string[] {
  return api.extensionTypes.map((type) => NAMES.get(type) ?? `type ${type}`);
}

/** @throws UnsupportedByPluginError if the plugin does not have it */
export function extensionOf<E extends ExtensionName>(api: Api, name: E): ExtensionApi<E> {
  const extension = api.extension(name);
  if (extension !== undefined) return extension;
  throw pjrtError({
    status: PJRT_Error_Code.UNIMPLEMENTED,
    text: `${api.plugin} has no ${name} extension`,
    call: `extension ${name}`,
    plugin: api.plugin,
  });
}
