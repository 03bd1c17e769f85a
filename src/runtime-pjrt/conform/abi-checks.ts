/** @file Does the plugin's function table look as its version promises? */
import { API_MINOR, FUNCTIONS, type FunctionName, structLayout, type StructName } from "../abi/index.js";
import { sizeAt } from "../struct.js";
import { type Check, checks, holds, same } from "./check.js";

/** These do not check the size of their struct on some plugins, or return no error. */
const NOT_PROBED: ReadonlySet<string> = new Set([
  "PJRT_Error_Destroy",
  "PJRT_Error_Message",
  "PJRT_Client_CreateViewOfDeviceBuffer",
  "PJRT_LoadedExecutable_Fingerprint",
]);

export const ABI_CHECKS: readonly Check[] = checks("abi", {
  "every function of the plugin's version is there": ({ plugin }) => {
    const expected = Object.entries(FUNCTIONS).filter(
      ([, slot]) => ("since" in slot ? slot.since : 0) <= plugin.api.minor,
    );
    same(
      expected.map(([name]) => name as FunctionName).filter((name) => !plugin.api.has(name)),
      [],
      "absent",
    );
  },
  "a function newer than the plugin is absent, not called": ({ plugin }) => {
    const newer = Object.entries(FUNCTIONS).filter(
      ([, slot]) => ("since" in slot ? slot.since : 0) > plugin.api.minor,
    );
    same(
      newer.map(([name]) => name as FunctionName).filter((name) => plugin.api.has(name)),
      [],
      "present",
    );
  },
  "struct sizes are those of the plugin's version": ({ plugin }) => {
    const minor = Math.min(plugin.api.minor, API_MINOR);
    const names = (Object.keys(FUNCTIONS) as FunctionName[]).filter(
      (name) => !NOT_PROBED.has(name) && plugin.api.has(name),
    );
    const differing = names.flatMap((name) => {
      const wanted = plugin.api.probeStructSize(name);
      const known = sizeAt(structLayout(`${name}_Args` as StructName), minor);
      return wanted === undefined || wanted === known
        ? []
        : [`${name}: want ${known}, plugin says ${wanted}`];
    });
    holds(names.length > 100, `only ${names.length} functions probed`);
    same(
      differing.filter((line) => !isCompatible(line)),
      [],
      "sizes",
    );
  },
  "the chain of extensions ends and names none twice": ({ plugin }) => {
    const types = plugin.api.extensionTypes;
    holds(new Set(types).size === types.length, `types ${types.join(", ")}`);
  },
});

/** A plugin may name the smallest size it takes rather than the newest. */
function isCompatible(line: string): boolean {
  const [, known, said] = /want (\d+), plugin says (\d+)/.exec(line) ?? [];
  return Number(said) < Number(known);
}
