/**
 * @file One operation as VHLO has it: its flat attributes with every default filled in, and the oldest
 * version of StableHLO that can say the same.
 */
import type { Attribute } from "../attribute.js";
import type { Integer } from "../integers.js";
import { describeLocation, sourcePosition } from "../location.js";
import { ownValue } from "../../support/own-value.js";
import type { Operation } from "../operation.js";
import type { AttributeKind } from "../ops/kinds.js";
import { findOp } from "../ops/index.js";
import { formatType, scalarType, type Type } from "../types.js";
import { attributeToVhlo, integersToVhlo, noneToVhlo, typeAttributeToVhlo } from "./attributes-to-vhlo.js";
import { defaultOf, isDefault } from "./defaults.js";
import type { Codec, Entity } from "./entity.js";
import { EntityVersions } from "./entity-versions.js";
import { PortabilityError } from "./errors.js";
import { keptContent, keptProperties, keptSince, keptTypes } from "./kept-ops.js";
import { typeToVhlo, type Writing } from "./types.js";
import { type ApiVersion, apiVersions, vhloAttributes } from "./vhlo-codecs.js";
import { spreadFields, type VhloOp, vhloVersions } from "./vhlo-ops.js";
import { compareVersions, oldestVersion, type Version } from "../versions.js";

/** The least version that something needs, and what it is. */
export interface Requirement {
  readonly version: Version;
  /** e.g. `attribute result_accuracy`, `type tensor<4xf8E4M3>`, `operation vhlo.tan_v1`. */
  readonly because: string;
}

/** An operation in one version of VHLO. */
export interface PortableView {
  readonly op: VhloOp;
  /** The attributes of `op`, in their order. */
  readonly properties: readonly Entity[];
}

/** Names an operation, its place, and what is the matter. */
export function refuse(operation: Operation, message: string, hint?: string): never {
  throw new PortabilityError({
    message: `${operation.name}: ${message}`,
    where: sourcePosition(operation.location) ?? describeLocation(operation.location),
    hint,
  });
}

const i64 = scalarType("i64");
const integer = (value: bigint): Attribute => ({ kind: "integer", value, type: i64 });

/** A field of a struct attribute: a list of integers, an integer, a truth value, or a type by its name. */
function fieldToVhlo(to: Writing, value: unknown): Entity {
  if (Array.isArray(value)) return integersToVhlo(to, value as readonly Integer[]);
  if (typeof value === "number" || typeof value === "bigint")
    return attributeToVhlo(to, integer(BigInt(value)));
  if (typeof value === "boolean") return to.pool.make(vhloAttributes.bool, value);
  return typeAttributeToVhlo(to, scalarType(value as "f32"));
}

const apiVersionNames = Object.keys(apiVersions) as readonly ApiVersion[];

type Attributes = Readonly<Record<string, unknown>>;

/** The VHLO attributes of one attribute of the op table. */
function* flatten(
  to: Writing,
  operation: Operation,
  name: string,
  kind: AttributeKind,
): Generator<readonly [string, Entity]> {
  const attributes = operation.attributes as Attributes;
  const given = attributes[name];
  const value = given ?? defaultOf(operation.name, name, attributes);
  const fields = spreadFields(operation.name, kind);
  if (fields !== undefined) {
    const struct = value as Attributes | undefined;
    for (const [field, vhloName] of Object.entries(fields))
      yield [vhloName, struct === undefined ? noneToVhlo(to) : fieldToVhlo(to, struct[field])];
  } else if (kind.name === "unit") {
    yield [name, to.pool.make(vhloAttributes.bool, given === true)];
  } else if (name === "api_version") {
    yield [name, to.pool.make(vhloAttributes.apiVersion, apiVersionNames[value as number]!)];
  } else if (operation.name === "stablehlo.composite" && name === "version" && given === undefined) {
    yield [name, attributeToVhlo(to, integer(0n))];
  } else {
    if (value === undefined) to.fail(`attribute ${name} must be given to have a portable form`);
    yield [name, attributeToVhlo(to, kind.toAttribute(value))];
  }
}

/** Why the first of two versions of an operation cannot stand for it, or undefined when it can. */
function needsRevision(operation: Operation, { next }: VhloOp): string | undefined {
  if (next === undefined) return undefined;
  if (next.fromOneOperand && operation.operands.length !== 1) return `${operation.operands.length} operands`;
  if (next.addsRegions && operation.regions.length > 0) return "regions";
  const attributes = operation.attributes as Attributes;
  const kinds = Object.entries(findOp(operation.name)!.attributes);
  for (const added of next.adds) {
    const [name, kind] = kinds.find(([key, other]) => {
      const fields = spreadFields(operation.name, other);
      return fields === undefined ? key === added : Object.values(fields).includes(added);
    })!;
    const value = attributes[name];
    if (value === undefined) continue;
    const field = spreadFields(operation.name, kind) === undefined ? undefined : (value as Attributes)[added];
    const isAbsent = Array.isArray(field)
      ? field.length === 0
      : field === undefined && isDefault(operation.name, name, value, attributes);
    if (!isAbsent) return `attribute ${added}`;
  }
  return undefined;
}

/** Reductions whose result may be of a wider type than their operand since 0.17. */
const promoting: ReadonlySet<string> = new Set(
  ["all_reduce", "reduce", "reduce_scatter", "reduce_window", "scatter", "select_and_scatter"].map(
    (name) => `stablehlo.${name}`,
  ),
);

const elementOf = (type: Type | undefined): unknown =>
  type?.kind === "tensor" || type?.kind === "unranked" ? type.element : undefined;

/** What StableHLO has come to allow without a new version of the operation. */
function relaxation({ name, operands, results, attributes }: Operation): Requirement | undefined {
  if (promoting.has(name)) {
    const isMixed = results.some((result, i) => elementOf(result.type) !== elementOf(operands[i]?.type));
    return isMixed ? { version: "0.17.0", because: "a result of another element type" } : undefined;
  }
  if (name !== "stablehlo.custom_call") return undefined;
  if (operands.some(({ type }) => type.kind === "future"))
    return { version: "1.17.0", because: "a future operand" };
  const { api_version: api, backend_config: config } = attributes as Attributes;
  if (api === 4 || config instanceof Map)
    return { version: "1.3.0", because: "a dictionary as backend_config" };
  return undefined;
}

const later = (a: Requirement, b: Requirement): Requirement =>
  compareVersions(a.version, b.version) < 0 ? b : a;

/** The first version whose artifacts hold attributes of other dialects than VHLO. */
export const firstMixed: Version = "1.11.0";

/** How readers get a program: as text, where dialects always mixed, or as the bytes of a portable artifact. */
export type ProgramForm = "text" | "portable";

/** What is of another dialect than VHLO, by how the reader gets it. */
const foreignSince: Readonly<Record<ProgramForm, Version>> = { text: oldestVersion, portable: firstMixed };

const noAttributes: ReadonlyMap<string, Entity> = new Map();

/** Looks at the operations of one module. */
export class PortableViews {
  readonly #newest = new Map<Operation, ReadonlyMap<string, Entity>>();
  readonly #requirements = new Map<Operation, Requirement>();
  readonly #versions: EntityVersions;
  readonly #keptVersions = new EntityVersions(({ since }: Codec) => since);

  /**
   * @param to complains about the operation that is asked about.
   * @param form whose readers `requirement` is about.
   */
  constructor(
    readonly to: Writing,
    readonly form: ProgramForm = "portable",
  ) {
    const foreign = foreignSince[form];
    this.#versions = new EntityVersions(({ dialect, since }) => (dialect === "vhlo" ? since : foreign));
  }

  /** All attributes of an operation in its newest version. */
  #attributes(operation: Operation): ReadonlyMap<string, Entity> {
    const known = this.#newest.get(operation);
    if (known !== undefined) return known;
    const kinds = Object.entries(findOp(operation.name)?.attributes ?? {});
    if (kinds.length === 0) return noAttributes;
    const all = new Map<string, Entity>();
    for (const [name, kind] of kinds)
      for (const [key, value] of flatten(this.to, operation, name, kind)) all.set(key, value);
    this.#newest.set(operation, all);
    return all;
  }

  #revisions(operation: Operation): readonly VhloOp[] {
    const versions = vhloVersions(operation.name);
    if (versions !== undefined) return versions;
    const dialect = operation.name.slice(0, operation.name.indexOf("."));
    const hints: Readonly<Record<string, string>> = {
      griffin: "lower the griffin ops first",
      chlo: "decompose the chlo ops first; some of unknown shape need refine-shapes before that",
      check: "check ops are for tests: return the values instead",
      func: "call functions by their names; the pass canonicalize does so where they are known",
      builtin: "casts that a conversion left unfinished end the process of readers: finish it first",
    };
    return refuse(operation, `dialect ${dialect} has no portable form`, ownValue(hints, dialect));
  }

  /** The oldest StableHLO version that can express the operation. */
  requirement(operation: Operation): Requirement {
    const known = this.#requirements.get(operation) ?? this.#require(operation);
    this.#requirements.set(operation, known);
    return known;
  }

  #require(operation: Operation): Requirement {
    if (keptProperties(operation.name) !== undefined) return this.#requireKept(operation);
    const versions = this.#revisions(operation);
    const why = needsRevision(operation, versions[0]!);
    const op = why === undefined ? versions[0]! : versions[1]!;
    const start: Requirement = { version: op.since, because: why ?? `operation ${op.name}` };
    return later(this.#requirementOf(operation, op, start), relaxation(operation) ?? start);
  }

  #requireKept(operation: Operation): Requirement {
    const { name } = operation;
    const because = `operation ${name}`;
    if (this.form === "text") return this.#requirementOfTypes(operation, { version: oldestVersion, because });
    let worst: Requirement = { version: keptSince(name), because };
    const { properties, discardable } = keptContent(this.to, operation);
    for (const entity of [...properties, discardable, ...keptTypes(this.to, operation)]) {
      if (entity === undefined) continue;
      const version = this.#keptVersions.of(entity);
      worst = later(worst, { version, because: `an attribute or a type of ${name}` });
    }
    return worst;
  }

  #requirementOf(operation: Operation, op: VhloOp, start: Requirement): Requirement {
    const { to } = this;
    let worst = start;
    const all = this.#attributes(operation);
    for (const name of op.attributes) {
      const value = all.get(name);
      if (value === undefined) continue;
      worst = later(worst, { version: this.#versions.of(value), because: `attribute ${name}` });
    }
    for (const [name, value] of operation.extra) {
      const version = this.#versions.of(attributeToVhlo(to, value));
      worst = later(worst, { version, because: `attribute ${name}` });
    }
    return this.#requirementOfTypes(operation, worst);
  }

  #requirementOfTypes({ operands, results }: Operation, start: Requirement): Requirement {
    let worst = start;
    for (const values of [operands, results]) {
      for (const { type } of values) {
        const version = this.#versions.of(typeToVhlo(this.to, type));
        if (compareVersions(worst.version, version) < 0)
          worst = { version, because: `type ${formatType(type)}` };
      }
    }
    return worst;
  }

  /** @throws PortabilityError when `target` cannot express the operation */
  check(operation: Operation, target: Version): void {
    const needed = this.requirement(operation);
    if (compareVersions(target, needed.version) >= 0) return;
    refuse(
      operation,
      `${needed.because} needs StableHLO ${needed.version}, the target is ${target}`,
      `write for ${needed.version} or later, if the reader knows it`,
    );
  }

  /** The operation as `target`, which can express it (`check`), has it; not for those that artifacts hold as they are. */
  at(operation: Operation, target: Version): PortableView {
    const op = this.#revisions(operation).find(({ until }) => compareVersions(target, until) <= 0)!;
    const all = this.#attributes(operation);
    const properties = op.attributes.map((name) => all.get(name) ?? this.#dropped(operation, name));
    return { op, properties };
  }

  /** An attribute that the newest version has no more: `padding` of dynamic_conv, which was ignored. */
  #dropped(operation: Operation, name: string): Entity {
    const value = defaultOf("stablehlo.convolution", name, operation.attributes as Attributes);
    return attributeToVhlo(this.to, findOp("stablehlo.convolution")!.attributes[name]!.toAttribute(value));
  }
}
