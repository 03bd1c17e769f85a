/** @file Limits of plugins: what they are known to fail on, refused before they see the program; some of it aborts the whole process. */
import { violationError } from "../ir/errors.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp, type OperationOf, type OpName } from "../ir/ops/index.js";
import type { ElementType, Type } from "../ir/types.js";
import type { Refusal } from "../ir/verify-program/index.js";
import { minorVersions, type ProgramForm } from "../ir/verify-version.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** A limit looks at one operation: what is wrong with it and what to do about it, or nothing. */
export type Limit = (operation: Operation) => Refusal | undefined;

/** A limit of the operations of some names. */
export const limitOf =
  <K extends OpName>(
    names: readonly K[],
    check: (operation: OperationOf<K> & Operation) => Refusal | undefined,
  ): Limit =>
  (operation) =>
    isOp(operation, ...names) ? check(operation) : undefined;

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

/** A StableHLO version, `[major, minor, patch]`. */
export type StablehloVersion = readonly [number, number, number];

/** What is known of the plugin beside its target, and how it gets the program. */
export interface LimitOptions {
  /** The newest StableHLO version that the plugin reads; all when absent. */
  readonly version?: StablehloVersion | undefined;
  /** Text when absent. */
  readonly form?: ProgramForm | undefined;
}

export const LIMIT_OPTIONS: OptionNames<LimitOptions> = {
  version: true,
  form: true,
};

/** Refuses ops and types that came after a version; for one program, as it remembers attributes and types. */
function refuseNewerThan([major, has, patch]: StablehloVersion, form: ProgramForm): Limit {
  const minorOf = minorVersions(form);
  return (operation) => {
    const minor = minorOf(operation);
    if (minor === 0 || major > 1 || (major === 1 && has >= minor)) return undefined;
    return {
      constraint: "target_version",
      message: `needs StableHLO 1.${minor}.0, and the plugin reads ${major}.${has}.${patch}`,
      hint: "use a newer plugin",
    };
  };
}

/**
 * Refuses what a plugin is known to reject, or to abort on. The module must be verified already.
 * @throws VerifyError for the first refused operation
 */
export function verifyLimits(module: Operation, limits: readonly Limit[], options: LimitOptions = {}): void {
  checkOptions("verifyLimits", options, LIMIT_OPTIONS);
  const { version, form = "text" } = options;
  const all = version === undefined ? limits : [...limits, refuseNewerThan(version, form)];
  for (const operation of walk(module)) {
    for (const limit of all) {
      const refusal = limit(operation);
      if (refusal !== undefined) throw violationError(operation, refusal);
    }
  }
}
