/** @file Rules of the ops that choose and repeat code, and of tuples and tokens. */
import type { Operation, Region } from "../operation.js";
import { InternalError } from "../../support/errors.js";
import { UnsupportedError, whereOf } from "./errors.js";
import { type ControlRule, type RuntimeValue, token, type TupleValue } from "./machine.js";
import { Tensor } from "./tensor.js";

/** The only number of an index or predicate. */
const scalar = (value: RuntimeValue | undefined): number => {
  if (value instanceof Tensor) return value.numbers[0]!;
  throw new InternalError("a tensor was expected where a token or tuple came");
};

const if_: ControlRule<"stablehlo.if"> = (operation, [pred], machine) =>
  machine.run(operation.regions[scalar(pred) === 0 ? 1 : 0]!, []);

/** The last branch stands for every index out of range. */
const case_: ControlRule<"stablehlo.case"> = (operation, [index], machine) => {
  const { regions } = operation;
  const chosen = scalar(index);
  const inRange = chosen >= 0 && chosen < regions.length;
  return machine.run(regions[inRange ? chosen : regions.length - 1]!, []);
};

const while_: ControlRule<"stablehlo.while"> = (operation, operands, machine) => {
  const [condition, body] = operation.regions as [Region, Region];
  let values = operands;
  while (scalar(machine.run(condition, values)[0]) !== 0) values = machine.run(body, values);
  return values;
};

/** Without manual axes the body computes with whole values, as a named computation's does. */
const manualComputation: ControlRule<"sdy.manual_computation"> = (operation, operands, machine) => {
  const { axes } = operation.attributes.manual_axes;
  if (axes.length === 0) return machine.run(operation.regions[0]!, operands);
  throw new UnsupportedError(
    "collective",
    `sdy.manual_computation is not interpreted along axes of devices: ${axes.join(", ")}`,
    whereOf(operation as Operation),
  );
};

const same = (_: unknown, operands: readonly RuntimeValue[]): readonly RuntimeValue[] => operands;
const makeToken = (): readonly RuntimeValue[] => [token];
/** A program runs as one replica of one partition. */
const first = (): readonly RuntimeValue[] => [Tensor.fromIntegers([], "ui32", [0n])];

export const controlRules = {
  "func.call": ((operation, operands, machine) =>
    machine.call(operation.attributes.callee, operands, operation)) satisfies ControlRule<"func.call">,
  "sdy.data_flow_edge": same,
  "sdy.func_data_flow_edge": same,
  "sdy.manual_computation": manualComputation,
  "sdy.named_computation": ((operation, operands, machine) =>
    machine.run(operation.regions[0]!, operands)) satisfies ControlRule<"sdy.named_computation">,
  "sdy.propagation_barrier": same,
  "sdy.reshard": same,
  "sdy.sharding_constraint": same,
  "sdy.sharding_group": (): readonly RuntimeValue[] => [],
  "stablehlo.after_all": makeToken,
  "stablehlo.case": case_,
  "stablehlo.composite": ((operation, operands, machine) =>
    machine.call(
      operation.attributes.decomposition,
      operands,
      operation,
    )) satisfies ControlRule<"stablehlo.composite">,
  "stablehlo.create_token": makeToken,
  "stablehlo.get_tuple_element": ((operation, [tuple]) => [
    (tuple as TupleValue).elements[operation.attributes.index]!,
  ]) satisfies ControlRule<"stablehlo.get_tuple_element">,
  "stablehlo.if": if_,
  "stablehlo.optimization_barrier": same,
  "stablehlo.partition_id": first,
  "stablehlo.replica_id": first,
  "stablehlo.tuple": (_: unknown, elements: readonly RuntimeValue[]) => [
    { kind: "tuple", elements } as const,
  ],
  "stablehlo.while": while_,
} as const;
