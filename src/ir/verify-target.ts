/**
 * @file What a plugin is known to fail on, refused before it sees the program: some of it aborts the whole process
 * (spec/stablehlo sections 1.2, 1.3).
 */
import { VerifyError } from "./errors.js";
import { describeLocation, sourcePosition } from "./location.js";
import { type Operation, walk } from "./operation.js";
import { type ElementType, formatType, isQuantized, isStatic, type Type } from "./types.js";
import { minimumMinorVersion } from "./verify-version.js";

/** What the program is compiled for. */
export interface TargetDescription {
  readonly platform: "cpu" | "tpu" | "cuda";
  /** The newest StableHLO version the plugin reads, `[major, minor, patch]`; all when absent. */
  readonly stablehloVersion?: readonly [number, number, number];
}

/** A rule looks at one operation: what is wrong with it and what to do about it, or nothing. */
type Rule = (operation: Operation, target: TargetDescription) => Refusal | undefined;

interface Refusal {
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

const findType = (operation: Operation, wanted: (element: ElementType) => boolean): Type | undefined =>
  typesOf(operation).find((type) => elementsOf(type).some(wanted));

const refuseDynamicArguments: Rule = (operation) => {
  const { sym_name: name } = operation.attributes as { readonly sym_name?: string };
  if (operation.name !== "func.func" || name !== "main") return undefined;
  const argument = operation.regions[0]?.blocks[0]?.arguments.find(({ type }) => {
    if (type.kind === "unranked") return true;
    return (
      type.kind === "tensor" &&
      !isStatic(type) &&
      type.shape.some((n, i) => n < 0 && !((type.bounds?.[i] ?? -1) >= 0))
    );
  });
  if (argument === undefined) return undefined;
  return {
    constraint: "target_dynamic",
    message: `argument #${argument.index} of @main has the unbounded type ${formatType(argument.type)}`,
    hint: "compile once for each size, or give the dimension a bound",
  };
};

const refuseQuantised: Rule = (operation) => {
  const type = findType(operation, isQuantized);
  if (type === undefined) return undefined;
  return {
    constraint: "target_quantised",
    message: `${formatType(type)} is quantised, and no plugin compiles quantised ops`,
    hint: "lower them to integer arithmetic first",
  };
};

const refuseNarrowTypes: Rule = (operation, { platform }) => {
  const type = findType(operation, (element) => element === "i2" || element === "ui2");
  if (platform !== "tpu" || type === undefined) return undefined;
  return {
    constraint: "target_i2",
    message: `${formatType(type)} cannot be laid out on a TPU`,
    hint: "use i4 or i8 there",
  };
};

const refuseF6Constants: Rule = (operation) => {
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

const refuseResources: Rule = (operation) => {
  const resource = [...operation.extra].find(([, attribute]) => attribute.kind === "resource");
  if (resource === undefined) return undefined;
  return {
    constraint: "target_resource",
    message: `${resource[0]} is a dense_resource, which XLA does not read`,
    hint: "pass the data as an argument, or write it as dense<..>",
  };
};

const refuseScan: Rule = (operation) =>
  operation.name === "chlo.scan"
    ? {
        constraint: "target_scan",
        message: "chlo.scan aborts the TPU plugin, and older plugins do not know it",
        hint: "use nn.linear_scan or a while loop",
      }
    : undefined;

const refuseNewer: Rule = (operation, { stablehloVersion }) => {
  if (stablehloVersion === undefined) return undefined;
  const minor = minimumMinorVersion(operation);
  const [major, has] = stablehloVersion;
  if (minor === 0 || major > 1 || (major === 1 && has >= minor)) return undefined;
  return {
    constraint: "target_version",
    message: `needs StableHLO 1.${minor}.0, and the plugin reads ${stablehloVersion.join(".")}`,
    hint: "use a newer plugin",
  };
};

const refuseTolerance: Rule = (operation, { platform }) => {
  const { result_accuracy: accuracy } = operation.attributes as {
    readonly result_accuracy?: { readonly mode: string };
  };
  if (platform !== "tpu" || accuracy?.mode !== "TOLERANCE") return undefined;
  return {
    constraint: "target_accuracy",
    message: "the TPU has no implementation that keeps a tolerance",
    hint: "use mode HIGHEST",
  };
};

const rules: readonly Rule[] = [
  refuseDynamicArguments,
  refuseQuantised,
  refuseNarrowTypes,
  refuseF6Constants,
  refuseResources,
  refuseScan,
  refuseNewer,
  refuseTolerance,
];

/**
 * Refuses what the target's plugin is known to reject, or to abort on. The module must be verified already.
 * @throws VerifyError for the first refused operation
 */
export function verifyForTarget(module: Operation, target: TargetDescription): void {
  for (const operation of walk(module)) {
    for (const rule of rules) {
      const refusal = rule(operation, target);
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
