/** @file What plugins are known to fail on, refused before they see the program: some of it aborts the whole process. */
import { ENTRY } from "../ir/analysis/symbols.js";
import { VerifyError } from "../ir/errors.js";
import { describeLocation, sourcePosition } from "../ir/location.js";
import { type Operation, walk } from "../ir/operation.js";
import { type ElementType, formatType, isQuantized, isUnbounded, type Type } from "../ir/types.js";
import { minimumMinorVersion } from "../ir/verify-version.js";

/** A limit looks at one operation: what is wrong with it and what to do about it, or nothing. */
export type Limit = (operation: Operation) => Refusal | undefined;

export interface Refusal {
  readonly constraint: string;
  readonly message: string;
  readonly hint: string;
}

const typesOf = (operation: Operation): Type[] => [
  ...operation.operands.map((value) => value.type),
  ...operation.results.map((value) => value.type),
];

const elementsOf = (type: Type): ElementType[] => {
  switch (type.kind) {
    case "tensor":
    case "buffer":
    case "unranked":
      return [type.element];
    case "tuple":
    case "future":
      return type.elements.flatMap(elementsOf);
    default:
      return [];
  }
};

/** The first type of an operand or a result with such an element. */
export const findType = (operation: Operation, wanted: (element: ElementType) => boolean): Type | undefined =>
  typesOf(operation).find((type) => elementsOf(type).some(wanted));

const refuseDynamicArguments: Limit = (operation) => {
  const { sym_name: name } = operation.attributes as { readonly sym_name?: string };
  if (operation.name !== "func.func" || name !== ENTRY) return undefined;
  const argument = operation.regions[0]?.blocks[0]?.arguments.find(({ type }) => isUnbounded(type));
  if (argument === undefined) return undefined;
  return {
    constraint: "target_dynamic",
    message: `argument #${argument.index} of @main has the unbounded type ${formatType(argument.type)}`,
    hint: "compile once for each size, or give the dimension a bound",
  };
};

const refuseQuantised: Limit = (operation) => {
  const type = findType(operation, isQuantized);
  if (type === undefined) return undefined;
  return {
    constraint: "target_quantised",
    message: `${formatType(type)} is quantised, and no plugin compiles quantised ops`,
    hint: "lower them to integer arithmetic first",
  };
};

const refuseF6Constants: Limit = (operation) => {
  const isConstant = operation.name === "stablehlo.constant";
  const type = isConstant
    ? findType(operation, (e) => typeof e === "string" && e.startsWith("f6E"))
    : undefined;
  if (type === undefined) return undefined;
  return {
    constraint: "target_f6",
    message: `a constant of type ${formatType(type)} aborts the CPU plugin`,
    hint: "make an f32 constant and convert it",
  };
};

const isResource = (attribute: unknown): boolean =>
  typeof attribute === "object" && attribute !== null && "kind" in attribute && attribute.kind === "resource";

const refuseResources: Limit = (operation) => {
  const attributes: readonly (readonly [string, unknown])[] = [
    ...Object.entries(operation.attributes),
    ...operation.extra,
  ];
  const resource = attributes.find(([, attribute]) => isResource(attribute));
  if (resource === undefined) return undefined;
  return {
    constraint: "target_resource",
    message: `${resource[0]} is a dense_resource, which XLA does not read`,
    hint: "pass the data as an argument, or write it as dense<..>",
  };
};

const refuseScan: Limit = (operation) =>
  operation.name === "chlo.scan"
    ? {
        constraint: "target_scan",
        message: "chlo.scan aborts the TPU plugin, and older plugins do not know it",
        hint: "use nn.linear_scan or a while loop",
      }
    : undefined;

/** A StableHLO version, `[major, minor, patch]`. */
export type StablehloVersion = readonly [number, number, number];

/** Refuses ops and types that came after a version. */
const refuseNewerThan =
  (version: StablehloVersion): Limit =>
  (operation) => {
    const minor = minimumMinorVersion(operation);
    const [major, has] = version;
    if (minor === 0 || major > 1 || (major === 1 && has >= minor)) return undefined;
    return {
      constraint: "target_version",
      message: `needs StableHLO 1.${minor}.0, and the plugin reads ${version.join(".")}`,
      hint: "use a newer plugin",
    };
  };

/** What no plugin takes. */
export const commonLimits: readonly Limit[] = [
  refuseDynamicArguments,
  refuseQuantised,
  refuseF6Constants,
  refuseResources,
  refuseScan,
];

/**
 * Refuses what a plugin is known to reject, or to abort on. The module must be verified already.
 * @param version the newest StableHLO version that the plugin reads; all when absent
 * @throws VerifyError for the first refused operation
 */
export function verifyLimits(module: Operation, limits: readonly Limit[], version?: StablehloVersion): void {
  const all = version === undefined ? limits : [...limits, refuseNewerThan(version)];
  for (const operation of walk(module)) {
    for (const limit of all) {
      const refusal = limit(operation);
      if (refusal === undefined) continue;
      const { constraint, message, hint } = refusal;
      const where = sourcePosition(operation.location) ?? describeLocation(operation.location);
      throw new VerifyError(
        { message: `${operation.name}: ${message} [${constraint}]`, where, hint },
        constraint,
      );
    }
  }
}
