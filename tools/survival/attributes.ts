/** @file Attributes that XLA reads of operations, and of what @main takes and gives, for the survival tier: some fit, some do not. */
import { type Attribute, type AttributeDictionary, stringAttribute } from "../../src/ir/attribute.js";
import { findFunction } from "../../src/ir/analysis/symbols.js";
import type { Operation } from "../../src/ir/operation.js";
import { setAttributes, setExtra } from "../../src/ir/rewriter.js";
import { scalarType } from "../../src/ir/types.js";
import { pick, type Random } from "./append.js";

/** The spellings of shardings that XLA reads, some of which do not fit. */
const shardings = [
  ...["{replicated}", "{manual}", "{maximal device=0}", "{devices=[1]<=[1]}", "{devices=[1,1]<=[1]}"],
  ...["{devices=[2]<=[2]}", "{devices=[2,1]<=[2]}", "{devices=[1,1,2]<=[2] last_tile_dim_replicate}"],
  ...["{devices=[2,1,2]<=[2,2]T(1,0) last_tile_dims={manual}}", "{unknown}", "{{replicated}}"],
  ...["{{devices=[2]<=[2]}, {replicated}}", "{devices=[1,2]0,1}", "{replicated shard_as 1}"],
];
const layouts = ["default", "auto", "{0}", "{0,1}", "{1,0}", "{0,2,1}", "{}", "{1,0:T(2,2)}", "{0:E(4)}"];

export const sharding = (random: Random): Attribute => stringAttribute(pick(random, shardings));

const truth: Attribute = { kind: "bool", value: true };

const ofValues: readonly ((random: Random) => readonly [string, Attribute])[] = [
  (random) => ["mhlo.sharding", sharding(random)],
  (random) => ["mhlo.layout_mode", stringAttribute(pick(random, layouts))],
  (random) => ["mhlo.memory_kind", stringAttribute(pick(random, ["device", "pinned_host", "unpinned_host"]))],
  (random) => ["jax.buffer_donor", { kind: "bool", value: random(2) === 0 }],
  (random) => ["tf.aliasing_output", { kind: "integer", value: BigInt(random(2)), type: scalarType("i32") }],
  () => ["mhlo.parameter_replication", { kind: "array", items: [truth] }],
  () => ["mhlo.frontend_attributes", { kind: "dictionary", entries: new Map([["a", stringAttribute("b")]]) }],
];

const dictionariesOf = (count: number, random: Random): readonly AttributeDictionary[] =>
  Array.from({ length: count }, () =>
    random(2) === 0 ? new Map([pick(random, ofValues)(random)]) : new Map<string, Attribute>(),
  );

/** Some of what @main takes and gives gets attributes. */
export function setValueAttributes(module: Operation, random: Random): void {
  const main = findFunction(module, "main");
  if (main === undefined) return;
  const { function_type: type, ...others } = main.attributes;
  setAttributes(main as Operation, {
    ...others,
    function_type: type,
    arg_attrs: dictionariesOf(type.inputs.length, random),
    res_attrs: dictionariesOf(type.results.length, random),
  });
}

/** An operation that is to be cut among devices, perhaps in a way that does not fit it. */
export function setSharding(operation: Operation | undefined, random: Random): void {
  if (operation === undefined) return;
  setExtra(operation, new Map([...operation.extra, ["mhlo.sharding", sharding(random)]]));
}
