/**
 * @file The operations of VHLO: those of the op table, each in one or two versions. The op table says what came when; what is
 * VHLO's own stands here: which attributes are spread over several.
 */
import type { AttributeKind } from "../ops/kinds.js";
import type { OpDefinition, Revision } from "../ops/define.js";
import { opDefinitions } from "../ops/index.js";
import { InternalError } from "../../support/errors.js";
import { newestVersion, oldestVersion, type Version } from "../versions.js";

/** Fields of a struct attribute that VHLO has as attributes of the op, with their names there. */
export type SpreadFields = Readonly<Record<string, string>>;

/** Structs that are attributes in VHLO too. */
const whole: ReadonlySet<string> = new Set(["output_operand_alias", "result_accuracy"]);

/** Ops whose channel has a type too. */
const typedChannels: ReadonlySet<string> = new Set(["stablehlo.send", "stablehlo.recv"]);

/** The fields of an attribute that become attributes of their own, or undefined when it stays one. */
export function spreadFields(operation: string, { name, fields }: AttributeKind): SpreadFields | undefined {
  if (fields === undefined || whole.has(name)) return undefined;
  if (name !== "channel_handle") return Object.fromEntries(Object.keys(fields).map((key) => [key, key]));
  return typedChannels.has(operation)
    ? { handle: "channel_id", type: "channel_type" }
    : { handle: "channel_id" };
}

/** How the second version of an operation differs from the first. */
interface SecondVersion extends Revision {
  /** Attributes that are new; the first version means their defaults. */
  readonly adds: readonly string[];
}

/** One version of an operation. */
export interface VhloOp {
  /** e.g. `vhlo.gather_v2`. */
  readonly name: string;
  /** e.g. `stablehlo.gather`; `stablehlo.return` may be a `func.return`. */
  readonly operation: string;
  readonly version: 1 | 2;
  /** The versions of StableHLO that have it, both included. */
  readonly since: Version;
  readonly until: Version;
  /** Names of its attributes, sorted. */
  readonly attributes: readonly string[];
  /** What the next version changed, when this is the first of two. */
  readonly next?: SecondVersion;
}

/** The last minor version before `version`. */
function before(version: Version): Version {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return minor > 0 ? `${major}.${minor - 1}.0` : `${major - 1}.20.0`;
}

/** An attribute as VHLO has it, and the version that brought it when the operation is older. */
interface VhloAttribute {
  readonly name: string;
  readonly since: Version | undefined;
}

const attributesOf = ({ name: operation, attributes }: OpDefinition): readonly VhloAttribute[] =>
  Object.entries(attributes).flatMap(([key, kind]): readonly VhloAttribute[] => {
    const fields = spreadFields(operation, kind);
    if (fields === undefined) return [{ name: key, since: kind.since }];
    return Object.entries(fields).map(([field, name]) => ({
      name,
      since: kind.since ?? kind.fields?.[field]?.since,
    }));
  });

/** What the op table says came after the operation; all of it came at once. */
function secondVersionOf(
  { name, revision }: OpDefinition,
  attributes: readonly VhloAttribute[],
): SecondVersion | undefined {
  const added = attributes.filter(({ since }) => since !== undefined);
  const since = revision?.since ?? added[0]?.since;
  if (since === undefined) return undefined;
  if (added.some((attribute) => attribute.since !== since))
    throw new InternalError(`${name} would need three versions`);
  return { ...revision, since, adds: added.map((attribute) => attribute.name) };
}

function versionsOf(definition: OpDefinition, baseName: string): readonly VhloOp[] {
  const operation = definition.name;
  const attributes = attributesOf(definition);
  const next = secondVersionOf(definition, attributes);
  const since = definition.since ?? oldestVersion;
  const names = attributes.map(({ name }) => name).sort();
  const first = { operation, name: `vhlo.${baseName}_v1`, version: 1, since } as const;
  if (next === undefined) return [{ ...first, until: newestVersion, attributes: names }];
  const { adds, drops = [] } = next;
  const oldNames = [...names.filter((name) => !adds.includes(name)), ...drops].sort();
  const second = { operation, name: `vhlo.${baseName}_v2`, version: 2, since: next.since } as const;
  return [
    { ...first, until: before(next.since), attributes: oldNames, next },
    { ...second, until: newestVersion, attributes: names },
  ];
}

const functionOps: Readonly<Record<string, string>> = {
  "func.func": "func",
  "func.call": "call",
};

const all = opDefinitions.flatMap((definition) => {
  const { name } = definition;
  const baseName = name.startsWith("stablehlo.") ? name.slice("stablehlo.".length) : functionOps[name];
  return baseName === undefined ? [] : versionsOf(definition, baseName);
});
const byName = new Map(all.map((op) => [op.name, op]));
const byOperation = new Map<string, readonly VhloOp[]>();
for (const op of all) byOperation.set(op.operation, [...(byOperation.get(op.operation) ?? []), op]);

/** The operation of a VHLO name such as `vhlo.add_v1`, or undefined. */
export const findVhloOp = (name: string): VhloOp | undefined => byName.get(name);

/** The versions of an operation, oldest first; undefined when VHLO has no such operation. */
export const vhloVersions = (operation: string): readonly VhloOp[] | undefined =>
  byOperation.get(operation === "func.return" ? "stablehlo.return" : operation);
