/** @file How a value lies on the devices, where the program says so. */
import { isOperation, type Operation, type Value } from "../operation.js";
import { isOp } from "../ops/index.js";
import type { TensorSharding } from "./attributes.js";

/** The sharding that an op of Shardy states for its only result, if it has one. */
export function ownSharding(operation: Operation): TensorSharding | undefined {
  if (!operation.name.startsWith("sdy.")) return undefined;
  const attributes = operation.attributes as {
    readonly sharding?: TensorSharding;
    readonly out_sharding?: TensorSharding;
  };
  return attributes.sharding ?? attributes.out_sharding;
}

/** `unstated` when the program could say and does not; `unknown` for arguments of blocks that are no function's. */
export function shardingOf(value: Value): TensorSharding | "unstated" | "unknown" {
  const { owner, index } = value;
  if (isOperation(owner)) return ofResult(owner, index) ?? "unstated";
  const around = owner.region?.operation;
  if (!isOp(around, "func.func")) return "unknown";
  const attribute = around.attributes.arg_attrs?.[index]?.get("sdy.sharding");
  return attribute?.kind === "sdy" && attribute.value.kind === "sharding" ? attribute.value : "unstated";
}

function ofResult(operation: Operation, index: number): TensorSharding | undefined {
  if (isOp(operation, "sdy.manual_computation") || isOp(operation, "sdy.named_computation"))
    return operation.attributes.out_shardings?.shardings[index];
  const attribute = operation.extra.get("sdy.sharding");
  if (attribute?.kind === "sdy" && attribute.value.kind === "sharding_per_value")
    return attribute.value.shardings[index];
  return ownSharding(operation);
}
