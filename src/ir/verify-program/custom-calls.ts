/**
 * @file Custom calls: code of the target that a plugin finds by name and believes. Names that XLA's own passes use inside are taken
 * at their word, whatever their operands; a wrong one reads wild memory. So only names are passed on that are known to check what
 * they get, or whose form is checked here, or that the caller allows.
 */
import { encodedOp } from "../encoded-calls.js";
import type { Operation } from "../operation.js";
import { isOp, type OperationOf } from "../ops/index.js";
import { isStatic } from "../types.js";
import type { Refusal } from "./refusal.js";

type CustomCall = OperationOf<"stablehlo.custom_call"> & Operation;

/** Markers that partitioners and placement read: one tensor in, one out. */
const markers: ReadonlySet<string> = new Set([
  "Sharding",
  "SPMDFullToShardShape",
  "SPMDShardToFullShape",
  "annotate_device_placement",
]);

/**
 * Calls through XLA's typed foreign function interface, which checks number, types and attributes before the code runs: the
 * kernels that JAX exports with a promise of stability (linear algebra on CPUs and GPUs, threefry).
 */
const typed: RegExp =
  /^(lapack_[sdcz][a-z]+_ffi|(cu|hip)(solver|sparse)_[a-z0-9]+_ffi|(cu|hip)_(lu_pivots_to_permutation|threefry2x32_ffi))$/;

/** What is given to a typed call, where it is written as one of the first interface. */
const DICTIONARY = "mhlo.backend_config";

const isMarker = (call: CustomCall): boolean =>
  markers.has(call.attributes.call_target_name) &&
  call.operands.length === 1 &&
  call.results.length === 1 &&
  call.operands[0]!.type.kind === "tensor" &&
  call.results[0]!.type.kind === "tensor";

/** Memory of any content: nothing goes in, a tensor of a known size comes out (jax.lax.empty, which JAX's exports keep stable). */
const isRoom = ({ attributes, operands, results }: CustomCall): boolean => {
  const [result] = results;
  return (
    attributes.call_target_name === "AllocateBuffer" &&
    operands.length === 0 &&
    results.length === 1 &&
    result!.type.kind === "tensor" &&
    isStatic(result!.type)
  );
};

/** XLA takes calls of its first interface for typed ones where they have a dictionary beside their operands, as JAX's exports since 0.11 write it. */
const isTyped = ({ attributes, extra }: CustomCall): boolean => {
  const { call_target_name: name, api_version: version = 1 } = attributes;
  const isDictionary = version === 1 && extra.get(DICTIONARY)?.kind === "dictionary";
  return typed.test(name) && (version === 4 || isDictionary);
};

/**
 * A custom call that is not known to be safe, or undefined.
 * @param allowed names of targets that are passed on as they are
 */
export function checkCustomCall(operation: Operation, allowed: ReadonlySet<string>): Refusal | undefined {
  if (!isOp(operation, "stablehlo.custom_call")) return undefined;
  const { call_target_name: name } = operation.attributes;
  if (allowed.has(name) || isMarker(operation) || isRoom(operation) || isTyped(operation)) return undefined;
  const isKnown = markers.has(name) || typed.test(name);
  return {
    constraint: "custom_call_target",
    message: `@${name} is code of the plugin that may trust its operands and end the process`,
    ...(isKnown
      ? {
          expected: markers.has(name)
            ? "one tensor as operand and one as result"
            : "api_version = 4, the interface that checks types",
          got: markers.has(name)
            ? `${operation.operands.length} operands and ${operation.results.length} results`
            : `api_version = ${operation.attributes.api_version ?? 1}`,
        }
      : {}),
    hint:
      encodedOp(operation) === undefined
        ? `allow it by name if you trust the program: --allow-custom-call ${name}`
        : "it stands for an op: the pass decompose-chlo writes what that means",
  };
}
