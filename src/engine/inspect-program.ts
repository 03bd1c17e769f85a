/** @file What a file of StableHLO holds: its functions, what they take and give, its operations, the version it needs. */
import { deserializePortable, isBytecode, minimumVersion, PortabilityError } from "../ir/bytecode/index.js";
import type { Dialect } from "../ir/dialect.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { readModule } from "../ir/read-module.js";
import { formatType } from "../ir/types.js";
import { argumentMeaning, type ArgumentRole, resultMeaning, type ResultRole } from "../program/index.js";

/** What a function takes or gives. */
export interface ValueDescription {
  readonly type: string;
  /** What our own programs say of an argument or a result: its role and name. */
  readonly role?: ArgumentRole | ResultRole;
  readonly name?: string;
}

export interface FunctionDescription {
  readonly name: string;
  readonly isPublic: boolean;
  readonly arguments: readonly ValueDescription[];
  readonly results: readonly ValueDescription[];
}

/** A program of StableHLO. */
export interface ProgramDescription {
  readonly kind: "program";
  readonly path: string;
  readonly form: "portable artifact" | "text";
  readonly bytes: number;
  readonly module: string | undefined;
  /** StableHLO version that it was written for, where it says so. */
  readonly stablehlo: string | undefined;
  /** The oldest StableHLO version that can express it; undefined when none can. */
  readonly oldestStablehlo: string | undefined;
  readonly functions: readonly FunctionDescription[];
  /** How often each operation occurs, the most frequent first. */
  readonly operations: readonly { readonly name: string; readonly count: number }[];
}

/** @param bytes of the file at `path` @param dialects whose ops a text may name, beside the package's @throws BytecodeError, ParseError, VerifyError */
export function describeProgram(
  path: string,
  bytes: Uint8Array,
  dialects: readonly Dialect[] = [],
): ProgramDescription {
  const read = isBytecode(bytes) ? deserializePortable(bytes) : undefined;
  const module = read?.module ?? readModule(bytes, { file: path, dialects });
  const name = module.attributes.sym_name;
  return {
    kind: "program",
    path,
    form: read === undefined ? "text" : "portable artifact",
    bytes: bytes.length,
    module: typeof name === "string" ? name : undefined,
    stablehlo: read === undefined || read.version === "" ? undefined : read.version,
    oldestStablehlo: oldestVersion(module),
    functions: [...walk(module)].filter((op) => isOp(op, "func.func")).map(describeFunction),
    operations: countOperations(module),
  };
}

function oldestVersion(module: Operation): string | undefined {
  try {
    return minimumVersion(module).version;
  } catch (error) {
    if (error instanceof PortabilityError) return undefined;
    throw error;
  }
}

function describeFunction({ attributes }: OperationOf<"func.func">): FunctionDescription {
  const { sym_name, sym_visibility, function_type, arg_attrs = [], res_attrs = [] } = attributes;
  return {
    name: sym_name,
    isPublic: sym_visibility !== "private",
    arguments: function_type.inputs.map((type, i) => ({
      type: formatType(type),
      ...argumentMeaning(arg_attrs[i]),
    })),
    results: function_type.results.map((type, i) => ({
      type: formatType(type),
      ...resultMeaning(res_attrs[i]),
    })),
  };
}

function countOperations(module: Operation): ProgramDescription["operations"] {
  const counts = new Map<string, number>();
  for (const { name } of walk(module)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
