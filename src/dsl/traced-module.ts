/** @file The module of a program that was traced, and what it says of its arguments and results. */
import { dropMarks } from "../autodiff/index.js";
import { ENTRY } from "../ir/analysis/symbols.js";
import { VerifyError } from "../ir/errors.js";
import type { Block, Operation } from "../ir/operation.js";
import { insertOperation, makeOperation, makeRegion } from "../ir/rewriter.js";
import { functionType } from "../ir/types.js";
import { verifyModule } from "../ir/verify.js";
import { type Argument, encodeInterface, type Interface, type Result } from "../program/index.js";
import { isBufferElementType } from "../support/buffer-element-types.js";
import { describe, sizesOf } from "./axis.js";
import { TraceError } from "./errors.js";
import type { TensorData, Trace, TracedArgument } from "./trace.js";

const tensorOf = (what: string, { axes, dtype }: TensorData) => {
  if (isBufferElementType(dtype)) {
    return { axes: axes.map((axis) => axis.name), elementType: dtype, dimensions: sizesOf(axes) };
  }
  throw new TraceError({ message: `${what} cannot be a tensor of ${dtype}`, got: describe(axes, dtype) });
};

const resultOf = (role: Result["role"], name: string, tensor: TensorData): Result => ({
  role,
  name,
  ...tensorOf(`${role} "${name}"`, tensor),
});

/** States are donated: what they hold next takes their place. */
function argumentOf({ role: declared, name, ...tensor }: TracedArgument, trace: Trace): Argument {
  const role = declared === "parameter" && trace.parameterUpdates.has(name) ? "state" : declared;
  return { role, name, ...tensorOf(`${role} "${name}"`, tensor), donated: role === "state" };
}

/** A tensor that a program gives back, and what it is there. */
interface Returned {
  readonly role: Result["role"];
  readonly name: string;
  readonly tensor: TensorData;
}

/** Outputs, then parameters that are updated and states, then probes. */
function returnedBy(trace: Trace, { outputs, keepsStates }: Traced): readonly Returned[] {
  // A state that nothing updates keeps what it holds.
  const states = [...(keepsStates ? trace.states : [])].map(
    ([name, held]) => [name, trace.stateUpdates.get(name) ?? held] as const,
  );
  const all = {
    output: Object.entries(outputs),
    state: [...trace.parameterUpdates, ...states],
    probe: [...trace.probes],
  };
  return (["output", "state", "probe"] as const).flatMap((role) =>
    all[role].map(([name, tensor]) => ({ role, name, tensor })),
  );
}

/** States are known by their names, parameters that are updated among them. */
function checkStateNames(trace: Trace): void {
  const taken = [...trace.parameterUpdates.keys()].find((name) => trace.states.has(name));
  if (taken !== undefined)
    throw new TraceError({ message: `"${taken}" is a state and a parameter that is updated` });
}

/** A value that is not there where it is used left the body it was made in: the author's mistake, not ours. */
function verify(module: Operation, name: string): void {
  try {
    verifyModule(module);
  } catch (error) {
    if (!(error instanceof VerifyError) || error.constraint !== "dominance") throw error;
    throw new TraceError({
      message: `program "${name}": a tensor is used where it does not exist`,
      got: error.details.message,
      where: error.details.where,
      hint: "what a loop, a branch or a function makes leaves it as a result only, and what it needs of others, a function takes as an argument",
      cause: error,
    });
  }
}

/** What a body was traced into. */
interface Traced {
  readonly name: string;
  /** The body of @main, which does not return yet. */
  readonly entry: Block;
  /** The functions that were met. */
  readonly functions: Block;
  readonly outputs: Readonly<Record<string, TensorData>>;
  /** Whether states are results. */
  readonly keepsStates: boolean;
}

/**
 * Ends @main with what it returns, and puts it before the functions of a module, which says in attributes what arguments and results mean.
 * @throws TraceError for names that are taken, and a tensor that is used where it is not
 */
export function tracedModule(trace: Trace, traced: Traced): Interface & { readonly module: Operation } {
  const { name, entry, functions } = traced;
  checkStateNames(trace);
  const returned = returnedBy(trace, traced);
  const values = returned.map(({ tensor }) => tensor.value);
  const declares: Interface = {
    name,
    arguments: trace.arguments.map((argument) => argumentOf(argument, trace)),
    results: returned.map(({ role, name: own, tensor }) => resultOf(role, own, tensor)),
  };
  trace.builder.create("func.return", values, {});
  const main = makeOperation({
    name: "func.func",
    attributes: {
      sym_name: ENTRY,
      sym_visibility: "public",
      function_type: functionType(
        entry.arguments.map(({ type }) => type),
        values.map(({ type }) => type),
      ),
      ...encodeInterface(declares),
    },
    regions: [makeRegion([entry])],
  });
  insertOperation(main, functions, functions.first);
  const module = makeOperation({
    name: "builtin.module",
    attributes: { sym_name: name },
    regions: [makeRegion([functions])],
  });
  dropMarks(module);
  verify(module, name);
  return { ...declares, module };
}
