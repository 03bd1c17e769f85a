/** @file Ops without a gradient, and why; and those of which none is asked, since they make no numbers of numbers. */
import type { OpName } from "../../ir/ops/index.js";
import { constant, differentiable, notDifferentiable, type Rules } from "../rule.js";

const collective = notDifferentiable("it needs several devices, and gradients are of programs of one");
const host = notDifferentiable("it talks to the host");
const asynchronous = notDifferentiable("it runs other code at the same time");
const dynamic = notDifferentiable("a size in it is data: refine the shapes first");
const quantised = notDifferentiable("quantised numbers have no gradient");
const tuples = notDifferentiable("tuples have no cotangents");
const deprecated = notDifferentiable("it is deprecated, and read from text alone");
const sharding = notDifferentiable("gradients are taken before programs are partitioned");

type OtherName =
  | Extract<OpName, `sdy.${string}` | `check.${string}` | `interpreter.${string}` | `arith.${string}`>
  | "builtin.unrealized_conversion_cast"
  | "func.call_indirect"
  | "func.constant"
  | Extract<
      OpName,
      `stablehlo.${
        | "after_all"
        | "all_gather"
        | "all_reduce"
        | "all_to_all"
        | "async_done"
        | "async_start"
        | "broadcast"
        | "collective_broadcast"
        | "collective_permute"
        | "collective_reduce"
        | "create_token"
        | "cross-replica-sum"
        | "dot"
        | "dynamic_broadcast_in_dim"
        | "dynamic_conv"
        | "dynamic_gather"
        | "dynamic_iota"
        | "dynamic_pad"
        | "dynamic_reshape"
        | "einsum"
        | "get_dimension_size"
        | "get_tuple_element"
        | "infeed"
        | "map"
        | "outfeed"
        | "partition_id"
        | "real_dynamic_slice"
        | "recv"
        | "reduce_scatter"
        | "replica_id"
        | "rng"
        | "rng_bit_generator"
        | "send"
        | "set_dimension_size"
        | "torch_index_select"
        | "tuple"
        | "unary_einsum"
        | "uniform_dequantize"
        | "uniform_quantize"}`
    >;

export const otherRules: Rules<OtherName> = {
  "arith.constant": constant,
  "builtin.unrealized_conversion_cast": notDifferentiable("its types may be of any dialects"),
  "check.expect_almost_eq": constant,
  "check.expect_almost_eq_const": constant,
  "check.expect_close": constant,
  "check.expect_eq": constant,
  "check.expect_eq_const": constant,
  "check.expect_serialized_eq": constant,
  "func.call_indirect": notDifferentiable("what it calls is a value: call the function by its name"),
  "func.constant": constant,
  "interpreter.print": constant,
  "interpreter.probe": notDifferentiable("it belongs to the test harness of StableHLO"),
  "interpreter.run_parallel": notDifferentiable("it belongs to the test harness of StableHLO"),
  "sdy.all_gather": collective,
  "sdy.all_reduce": collective,
  "sdy.all_slice": collective,
  "sdy.all_to_all": collective,
  "sdy.collective_permute": collective,
  "sdy.constant": constant,
  "sdy.data_flow_edge": sharding,
  "sdy.func_data_flow_edge": sharding,
  "sdy.manual_computation": collective,
  "sdy.mesh": constant,
  "sdy.named_computation": sharding,
  "sdy.propagation_barrier": sharding,
  "sdy.reduce_scatter": collective,
  "sdy.replicated_to_unreduced": collective,
  "sdy.reshard": sharding,
  "sdy.return": constant,
  "sdy.sharded_to_unreduced": collective,
  // A cotangent lies where its value lies.
  "sdy.sharding_constraint": differentiable(({ e, op, cotangent }) => [
    () => e.builder.create("sdy.sharding_constraint", [cotangent], op.attributes).result,
  ]),
  "sdy.sharding_group": constant,
  "stablehlo.after_all": constant,
  "stablehlo.all_gather": collective,
  "stablehlo.all_reduce": collective,
  "stablehlo.all_to_all": collective,
  "stablehlo.async_done": asynchronous,
  "stablehlo.async_start": asynchronous,
  "stablehlo.broadcast": deprecated,
  "stablehlo.collective_broadcast": collective,
  "stablehlo.collective_permute": collective,
  "stablehlo.collective_reduce": collective,
  "stablehlo.create_token": constant,
  "stablehlo.cross-replica-sum": collective,
  "stablehlo.dot": deprecated,
  "stablehlo.dynamic_broadcast_in_dim": dynamic,
  "stablehlo.dynamic_conv": dynamic,
  "stablehlo.dynamic_gather": dynamic,
  "stablehlo.dynamic_iota": constant,
  "stablehlo.dynamic_pad": dynamic,
  "stablehlo.dynamic_reshape": dynamic,
  "stablehlo.einsum": deprecated,
  "stablehlo.get_dimension_size": constant,
  "stablehlo.get_tuple_element": tuples,
  "stablehlo.infeed": host,
  "stablehlo.map": deprecated,
  "stablehlo.outfeed": host,
  "stablehlo.partition_id": constant,
  "stablehlo.real_dynamic_slice": deprecated,
  "stablehlo.recv": host,
  "stablehlo.reduce_scatter": collective,
  "stablehlo.replica_id": constant,
  // What is drawn between two bounds depends on them, by numbers that are gone.
  "stablehlo.rng": notDifferentiable("it draws numbers of a hidden state"),
  "stablehlo.rng_bit_generator": constant,
  "stablehlo.send": host,
  "stablehlo.set_dimension_size": dynamic,
  "stablehlo.torch_index_select": deprecated,
  "stablehlo.tuple": tuples,
  "stablehlo.unary_einsum": deprecated,
  "stablehlo.uniform_dequantize": quantised,
  "stablehlo.uniform_quantize": quantised,
};
