/** @file The arguments of a call against those of its program: every one that does not fit, with the author's line. */
import type { TracedProgram } from "../../dsl/index.js";
import { bodyOf, findEntry } from "../../ir/analysis/symbols.js";
import { sourcePosition } from "../../ir/location.js";
import { type Argument, encodeArray } from "../../program/index.js";
import { DeviceBuffer } from "../../runtime-pjrt/index.js";
import { formatPosition, type SourcePosition, UsageError } from "../../support/errors.js";
import { ownValue } from "../../support/own-value.js";
import { suggestion } from "../../support/suggest.js";
import { describeTensor, DeviceTensor, type HeldMemory } from "./host-tensor.js";

/** An argument with what was given for it: bytes to bring, or memory that is there. */
export type BoundArgument = {
  readonly argument: Argument;
  readonly value: { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly memory: HeldMemory };
};

/** What is wrong with one of them. */
interface Misfit {
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
  readonly where?: SourcePosition | undefined;
  readonly hint?: string;
}

const describe = ({ axes, dimensions, elementType }: Argument): string =>
  describeTensor(axes, dimensions, elementType);

/** Where the program's author asked for its arguments, in their order. */
export function declarations({ module }: TracedProgram): readonly (SourcePosition | undefined)[] {
  const position = (location: Parameters<typeof sourcePosition>[0]): SourcePosition | undefined => {
    const found = sourcePosition(location);
    return found && { file: found.file, line: found.line, column: found.column };
  };
  return bodyOf(findEntry(module)!)!.arguments.map(({ location }) => position(location));
}

/** Arguments are told apart by their names alone. @throws UsageError for two of a name */
export function checkNames({ name: program, arguments: args }: TracedProgram): void {
  const twice = args.find(({ name }, i) => args.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return;
  const roles = args.filter(({ name }) => name === twice.name).map(({ role }) => role);
  throw new UsageError({
    message: `two arguments of ${program} are called "${twice.name}"`,
    got: roles.join(", "),
    hint: "rename one, or put it into a scope: scope(name, body)",
  });
}

type Parts = {
  readonly dtype?: unknown;
  readonly shape?: unknown;
  readonly axes?: unknown;
  readonly data?: unknown;
};

/** Tensors of results say what they are: it has to be what is asked for. */
function described({ axes, dimensions, elementType }: Argument, given: Parts): string | undefined {
  const names = given.axes as readonly string[];
  const shape = given.shape as readonly number[];
  const same =
    given.dtype === elementType && String(shape) === String(dimensions) && String(names) === String(axes);
  return same ? undefined : describeTensor(names, shape, String(given.dtype));
}

const isHostTensor = (given: unknown): given is Parts =>
  typeof given === "object" &&
  given !== null &&
  !ArrayBuffer.isView(given) &&
  "data" in given &&
  "dtype" in given &&
  "shape" in given &&
  "axes" in given;

/** Whether a call may take memory of elsewhere. */
type Holds = (memory: HeldMemory) => boolean;

function bindOne(
  argument: Argument,
  given: unknown,
  holds: Holds,
): BoundArgument["value"] | { readonly got: string; readonly expected?: string } {
  if (given instanceof DeviceTensor || given instanceof DeviceBuffer) {
    const memory: HeldMemory = given instanceof DeviceTensor ? given.memory : given;
    if (!holds(memory))
      return {
        got: "a tensor of another place",
        expected: "one of the client that the program was compiled for",
      };
    const { elementType, dimensions } = memory;
    const named = given instanceof DeviceTensor ? described(argument, given) : undefined;
    if (named !== undefined) return { got: named };
    const same = elementType === argument.elementType && String(dimensions) === String(argument.dimensions);
    return same ? { memory } : { got: `a buffer of [${dimensions.join(", ")}] ${elementType}` };
  }
  const tensor = isHostTensor(given) ? described(argument, given) : undefined;
  if (tensor !== undefined) return { got: tensor };
  const encoded = encodeArray(
    argument.elementType,
    argument.dimensions,
    isHostTensor(given) ? given.data : given,
  );
  if ("bytes" in encoded) return encoded;
  return { got: encoded.got, expected: encoded.expected };
}

/** Why an argument of the program is none of a call. */
const whySettled = (settled: Argument | undefined): string | undefined =>
  settled &&
  (settled.role === "state"
    ? "it is kept inside, from call to call"
    : "it was given when the program was compiled, for all calls");

const suggested = (key: string, names: readonly string[]): string =>
  names.length === 0 ? "it takes none" : suggestion(key, names);

/**
 * The arguments of a call by the names of those that it asks for.
 * @param all arguments of the program, with those that a call does not give
 * @throws UsageError for names that it does not have, arguments that are missing, and those of another shape or type: all at once, each with the
 * line that declares it
 */
export function bindArguments(
  name: string,
  wanted: readonly { readonly argument: Argument; readonly where: SourcePosition | undefined }[],
  given: Readonly<Record<string, unknown>>,
  holds: Holds,
  all: readonly Argument[] = [],
): readonly BoundArgument[] {
  const names = wanted.map(({ argument }) => argument.name);
  if (typeof given !== "object" || given === null) {
    throw new UsageError({
      message: `${name} is called with no record of its arguments`,
      expected: `{ ${names.join(", ")} }`,
      got: String(given),
    });
  }
  const unknown = Object.keys(given).filter((key) => !names.includes(key));
  const misfits: Misfit[] = unknown.map((key) => ({
    message: `${name} has no argument "${key}"`,
    hint: whySettled(all.find(({ name: own }) => own === key)) ?? suggested(key, names),
  }));
  const bound: BoundArgument[] = [];
  for (const { argument, where } of wanted) {
    const what = `${argument.role} "${argument.name}" of ${name}`;
    const value = ownValue(given, argument.name);
    if (value === undefined) {
      misfits.push({ message: `${what} is not given`, expected: describe(argument), where });
      continue;
    }
    const fitted = bindOne(argument, value, holds);
    if ("got" in fitted) {
      const expected =
        fitted.expected === undefined ? describe(argument) : `${describe(argument)}: ${fitted.expected}`;
      misfits.push({ message: `${what} does not fit`, expected, got: fitted.got, where });
    } else bound.push({ argument, value: fitted });
  }
  const [first, ...others] = misfits;
  if (first === undefined) return bound;
  throw new UsageError({ ...first, ...(others.length === 0 ? {} : { details: others.map(line) }) });
}

/** One of several misfits in a line. */
const line = ({ message, expected, got, where, hint }: Misfit): string =>
  [
    `also: ${message}`,
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(got === undefined ? [] : [`got ${got}`]),
    ...(hint === undefined ? [] : [hint]),
    ...(where === undefined ? [] : [formatPosition(where)]),
  ].join(", ");
