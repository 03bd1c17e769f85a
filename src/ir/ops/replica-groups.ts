/** @file What collectives ask of their replica groups, channels and source-target pairs. */
import type { Integer } from "../integers.js";
import type { IntegerMatrix } from "./kinds.js";
import { list, type View } from "./constraints.js";

interface MeshAxes {
  readonly mesh: unknown;
}

/** Replica groups by ids, or by the axes of a mesh (which are checked where the mesh is). */
export type Groups = IntegerMatrix | MeshAxes;

/** The spec's labels of: ids repeat; ids leave gaps or are padding. */
export interface GroupLabels {
  readonly unique: string;
  readonly range: string;
}

interface GroupOptions {
  /** Whether groups may be filled up with -1. */
  readonly padding: boolean;
  readonly useGlobalDeviceIds: boolean;
  /** The size every group must have. */
  readonly size?: { readonly count: number; readonly label: string };
}

/** The rows of the groups, or undefined for mesh axes. */
export const groupMatrix = (groups: Groups): IntegerMatrix | undefined =>
  "mesh" in groups ? undefined : groups;

/** Each replica appears once, and none is left out. */
export function checkGroups(op: View, groups: Groups, labels: GroupLabels, options: GroupOptions): void {
  const matrix = groupMatrix(groups);
  if (matrix === undefined) return;
  const { shape, values } = matrix;
  op.check(shape.length === 2, labels.range, `replica_groups must have rank 2, got shape ${list(shape)}`);
  op.check(
    !options.useGlobalDeviceIds || values.length > 0,
    labels.range,
    "replica_groups must not be empty with use_global_device_ids",
  );
  op.check(
    options.padding || !values.includes(-1),
    labels.range,
    `replica_groups must be of equal size, without -1`,
  );
  const ids = values.filter((id) => id !== -1);
  const seen = new Set(ids);
  op.check(seen.size === ids.length, labels.unique, `a replica id is in two places of ${list(values)}`);
  const missing = ids.findIndex((_, id) => !seen.has(id));
  op.check(missing < 0, labels.range, `replica id ${missing} is in no group of ${list(values)}`);
  const { size } = options;
  if (size === undefined) return;
  op.check(
    shape[0]! > 0 && shape[1] === size.count,
    size.label,
    `groups must have ${size.count} replicas, got shape ${list(shape)}`,
  );
}

/** use_global_device_ids needs a channel. */
export function checkChannel(
  op: View,
  handle: { readonly handle: Integer } | undefined,
  useGlobalDeviceIds: boolean,
  constraint: string,
): void {
  const channel = handle?.handle ?? 0;
  op.check(
    !useGlobalDeviceIds || channel > 0,
    constraint,
    `the channel must be positive with use_global_device_ids, got ${channel}`,
  );
}

/** Pairs of one source and one target, neither twice. */
export function checkPairs(op: View, { shape, values }: IntegerMatrix, name: string): void {
  op.check(
    shape.length === 2 && shape[1] === 2,
    `${name}_c1`,
    `source_target_pairs must have shape [N, 2], got ${list(shape)}`,
  );
  const sources = values.filter((_, i) => i % 2 === 0);
  const targets = values.filter((_, i) => i % 2 === 1);
  op.check(
    new Set(sources).size === sources.length,
    `${name}_c2`,
    `a source appears twice in ${list(sources)}`,
  );
  op.check(
    new Set(targets).size === targets.length,
    `${name}_c3`,
    `a target appears twice in ${list(targets)}`,
  );
  op.check(
    values.every((id) => id >= 0),
    `${name}_c4`,
    `replica ids must not be negative, got ${list(values)}`,
  );
}
