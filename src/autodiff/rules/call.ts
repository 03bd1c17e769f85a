/** @file The gradient of a call is a call of a gradient function, which is made once for all calls that ask the same of it. */
import { bodyOf, type FunctionOperation, returnedValues } from "../../ir/analysis/symbols.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import {
  addArgument,
  addResults,
  cloneOperation,
  dropArguments,
  eraseOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  setAttributes,
  setOperands,
} from "../../ir/rewriter.js";
import { functionType, type Type } from "../../ir/types.js";
import { eraseDeadOperations } from "../../passes/dce.js";
import { fused } from "../fuse.js";
import type { Functions, GradientFunction } from "../functions.js";
import { gradientLocation } from "../location.js";
import { Residuals } from "../residuals.js";
import type { BackwardWalk } from "../rule.js";

const typesOf = (values: readonly Value[]): readonly Type[] => values.map(({ type }) => type);

/** A copy of a function under another name, private, to be changed. */
function copyOf(func: FunctionOperation, symbol: string): FunctionOperation {
  const copy = cloneOperation(func, new Map()) as FunctionOperation;
  setAttributes(copy, { ...copy.attributes, sym_name: symbol, sym_visibility: "private" });
  return copy;
}

/** What is asked of a call: which operands are active, which results have a cotangent. */
interface Request {
  readonly operands: readonly boolean[];
  readonly results: readonly boolean[];
}

/** Makes the pair of functions of a gradient. `start` begins the backward computation of a body in a block. */
function makeGradient(
  functions: Functions,
  callee: string,
  request: Request,
  start: (func: Operation, request: Request) => BackwardWalk,
): GradientFunction {
  const func = functions.find(callee);
  const forward = copyOf(func, functions.freeName(`${callee}_forward`));
  functions.add(forward);
  const body = bodyOf(forward)!;
  const { operations } = fused(body.operations.slice(0, -1));
  const inner = start(forward, request);
  const { block } = inner;
  const returned = returnedValues(body);
  const asked = returned.filter((_, i) => request.results[i]);
  const seeds = asked.map((value) => addArgument(block, value.type));
  asked.forEach((value, i) => {
    inner.give(value, () => seeds[i]!);
  });
  inner.walk(operations);
  const gives = body.arguments.flatMap((argument, i) =>
    inner.cotangentOf(argument) === undefined ? [] : [i],
  );
  const sums = gives.map((i) => inner.cotangentOf(body.arguments[i]!)!);
  inner.e.builder.create("func.return", sums, {});
  eraseDeadOperations(block);

  const taken = body.arguments.map((argument) => addArgument(block, argument.type));
  const known = new Map(body.arguments.map((argument, i) => [argument, taken[i]!]));
  const residuals = new Residuals({ backward: block, forward: body, known });
  const saved = new Map(residuals.saved.map((value) => [value, addArgument(block, value.type)]));
  residuals.resolve((value) => saved.get(value)!);
  const takes = taken.flatMap((argument, i) => (argument.users.size > 0 ? [i] : []));
  dropArguments(block, (index) =>
    taken.some((argument) => argument.index === index && argument.users.size === 0),
  );

  const end = body.last!;
  setOperands(end, [...end.operands, ...residuals.saved]);
  const type = functionType(typesOf(body.arguments), typesOf(end.operands));
  setAttributes(forward, { ...forward.attributes, function_type: type });
  const backward = makeOperation({
    name: "func.func",
    attributes: {
      sym_name: functions.freeName(`${callee}_backward`),
      sym_visibility: "private",
      function_type: functionType(typesOf(block.arguments), typesOf(sums)),
    },
    regions: [makeRegion([block])],
    location: gradientLocation(func.location),
  }) as FunctionOperation;
  functions.add(backward);
  if (residuals.saved.length > 0) return { forward, backward, takes, gives };
  eraseOperation(forward);
  return { forward: func, backward, takes, gives };
}

/** Begins the backward computation of a function's body. */
function startIn(walk: BackwardWalk) {
  return (func: Operation, request: Request): BackwardWalk => {
    const activity = walk.activity.inside(bodyOf(func)!, request.operands);
    return walk.started(makeBlock([]), activity, gradientLocation(func.location));
  };
}

export function callGradient(
  walk: BackwardWalk,
  call: OperationOf<"func.call"> & Operation,
  cotangents: readonly (Value | undefined)[],
): void {
  const { functions, activity, e } = walk;
  const { callee } = call.attributes;
  const custom = functions.customGradient(callee);
  if (custom !== undefined) {
    custom(e, call, cotangents).forEach((cotangent, i) => {
      if (cotangent !== undefined) walk.give(call.operands[i]!, () => cotangent);
    });
    return;
  }
  const request = {
    operands: call.operands.map((operand) => activity.has(operand)),
    results: cotangents.map((cotangent) => cotangent !== undefined),
  };
  const key = `${callee} (${request.operands.join()}) -> (${request.results.join()}) ${e.builder.precision ?? ""}`;
  const gradient = functions.gradient(key, () => makeGradient(functions, callee, request, startIn(walk)));
  const { function_type: type, sym_name: symbol } = gradient.forward.attributes;
  setAttributes(call, { ...call.attributes, callee: symbol });
  const saved = addResults(call, type.results.slice(call.results.length));
  const operands = [
    ...cotangents.filter((cotangent) => cotangent !== undefined),
    ...gradient.takes.map((i) => call.operands[i]!),
    ...saved,
  ];
  const { sym_name: backward, function_type: made } = gradient.backward.attributes;
  const { results } = e.builder.create(
    "func.call",
    operands,
    { callee: backward },
    { results: made.results },
  );
  gradient.gives.forEach((argument, i) => {
    walk.give(call.operands[argument]!, () => results[i]!);
  });
}
