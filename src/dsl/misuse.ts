/** @file What an author hears whose call gives a function of the DSL another kind of thing than it takes, which TypeScript would refuse. */
import { type SourcePosition, UsageError } from "../support/errors.js";
import { type Frame, frameOf, ownerOf } from "../support/own-code.js";
import { ownValue } from "../support/own-value.js";
import { sourceExcerpt } from "../support/source-excerpt.js";
import { originalPosition } from "../support/source-map.js";
import { TraceError } from "./errors.js";

/** Frames that are kept of an error: the author's is below those of the toolkit. */
const FRAMES = 40;

/**
 * Runs an author's code. A TypeError that this package's code throws in it is about what a call gave it: an error of that call, by its line. So
 * is one of the author's own about a method or a property that tensors have elsewhere, and what is wrong with options is said with its line.
 * @throws TraceError
 */
export function explainingMisuse<T>(body: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  try {
    return body();
  } catch (error) {
    if (error instanceof UsageError) throw located(error);
    throw error instanceof TypeError ? explained(error) : error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What options of a call are wrong, with the author's line of the call. */
function located(error: UsageError): UsageError {
  const { details } = error;
  if (details.where !== undefined) return error;
  const frame = framesOf(error.trace).find(({ place }) => ownerOf(place.file) === "author");
  if (frame === undefined) return error;
  const where: SourcePosition = originalPosition(frame.place);
  return new UsageError({
    ...details,
    where,
    details: [...sourceExcerpt(where), ...(details.details ?? [])],
    cause: error,
  });
}

/** What tensors have in NumPy, JAX and PyTorch, and how it is written here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ sum: 'sum(x, "axis")', mean: 'mean(x, "axis")', prod: 'prod(x, "axis")', var: 'variance(x, "axis")' },
  ...{ argmax: 'argmax(x, "axis")', argmin: 'argmin(x, "axis")', cumsum: 'cumsum(x, "axis")' },
  ...{ matmul: 'dot(x, y, "axis")', dot: 'dot(x, y, "axis")', softmax: 'softmax(x, "axis")' },
  ...{
    reshape: 'split(x, "axis", [a, b]) and merge(x, ["a", "b"], "axis")',
    view: "split(x, ...) and merge(x, ...)",
  },
  ...{
    transpose: 'transpose(x, ["b", "a"])',
    permute: 'transpose(x, ["b", "a"])',
    swapaxes: "transpose(x, names)",
  },
  ...{ T: "axes have names: few products need a transposition", squeeze: 'squeeze(x, "axis")' },
  ...{ unsqueeze: 'x.expand(axis("name", 1))', broadcastTo: "x.expand(axis)", repeat: "x.expand(axis)" },
  ...{ shape: 'x.size("axis"), x.axes', ndim: "x.axes.length", length: 'x.size("axis")' },
  ...{
    astype: 'x.to("f32")',
    float: 'x.to("f32")',
    item: "a result of the compiled program: (await f(...)).y.data",
  },
  ...{ data: "a result of the compiled program: (await f(...)).y.data", detach: "stopGradient(x)" },
  ...{ exp: "exp(x)", log: "log(x)", sqrt: "sqrt(x)", tanh: "tanh(x)", sigmoid: "sigmoid(x)", abs: "abs(x)" },
  ...{ neg: "neg(x)", square: "square(x)", clip: "clamp(low, x, high)", clamp: "clamp(low, x, high)" },
  ...{ divide: "x.div(y)", multiply: "x.mul(y)", subtract: "x.sub(y)", plus: "x.add(y)", minus: "x.sub(y)" },
  ...{
    times: "x.mul(y)",
    where: "where(mask, x, y)",
    at: 'at(x, "axis", 0), or x with updates: scatter(...)',
  },
  ...{ slice: 'slice(x, "axis", { start, stop })', flatten: 'merge(x, ["a", "b"], "axis")' },
};

/** What is missing by the words of an engine, and whether it is asked of something that may be a tensor. */
const MISSING = /^(?:[\w$]+\.)*[\w$]+\.([\w$]+) is not a function/;

/** A TypeError of the author's own code, about a method that a tensor would have elsewhere. */
function ofElsewhere(error: TypeError, { place }: CalledFrame): Error {
  const name = MISSING.exec(error.message)?.[1];
  const here = name === undefined ? undefined : ownValue(ELSEWHERE, name);
  if (here === undefined) return error;
  const where: SourcePosition = originalPosition(place);
  return new TraceError({
    message: `there is no method "${name}"`,
    got: error.message,
    where,
    hint: `if this is a tensor: ${here}`,
    cause: error,
  });
}

interface CalledFrame {
  readonly place: Frame;
  readonly called: string | undefined;
}

/** Frames with a file of this package or an author's, the innermost first. */
function framesOf(stack: string): readonly CalledFrame[] {
  return stack.split("\n").flatMap((line) => {
    const place = /^\s+at /.test(line) ? frameOf(line) : undefined;
    if (place === undefined || place.file.startsWith("node:")) return [];
    return [{ place, called: /^\s+at (?:new )?(?:\w+\.)*([\w$]+) /.exec(line)?.[1] }];
  });
}

function explained(error: TypeError): Error {
  const frames = framesOf(error.stack ?? "");
  const at = frames.findIndex(({ place }) => ownerOf(place.file) === "author");
  if (at === 0) return ofElsewhere(error, frames[0]!);
  // The author's own code threw it, or a bundle does not tell whose it was.
  if (at <= 0 || frames.slice(0, at).some(({ place }) => ownerOf(place.file) === "both")) return error;
  const where: SourcePosition = originalPosition(frames[at]!.place);
  return new TraceError({
    message: `${frames[at - 1]!.called ?? "a call"} is given something that it does not take`,
    got: error.message,
    where,
    hint: "TypeScript would say which argument: // @ts-check makes editors look at JavaScript too",
    cause: error,
  });
}
