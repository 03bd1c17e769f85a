/** @file Attributes of the module: a plugin reads some of them without checking that they fit the program. */
import type { Operation } from "../operation.js";
import type { Refusal } from "./refusal.js";

/** What plugins read and check, or do not read at all. */
const known: ReadonlySet<string> = new Set([
  "jax.uses_shape_polymorphism",
  "mhlo.frontend_attributes",
  "mhlo.is_dynamic",
  "mhlo.num_partitions",
  "mhlo.num_replicas",
  "mhlo.use_auto_spmd_partitioning",
  "mhlo.spmd_output_sharding",
]);

/** Attributes of these dialects mean something to XLA; those of others it does not know. */
const read = /^(mhlo|xla|tf)\./;

/** An attribute that a plugin would believe unread, or undefined. */
export function checkModuleAttributes(module: Operation): Refusal | undefined {
  const name = [...module.extra.keys()].find((key) => read.test(key) && !known.has(key));
  if (name === undefined) return undefined;
  return {
    constraint: "module_attribute",
    message: `the module's attribute ${name} is believed by plugins without a look at the program`,
    expected: `one of ${[...known].join(", ")}, or none`,
    hint: "remove it: donation and shardings are told by the attributes of arguments",
  };
}
