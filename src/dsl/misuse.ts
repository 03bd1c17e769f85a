/** @file What an author hears whose call gives a function of the DSL another kind of thing than it takes, which TypeScript would refuse. */
import { type SourcePosition, UsageError } from "../support/errors.js";
import { type Frame, frameOf, ownerOf } from "../support/own-code.js";
import { ownValue } from "../support/own-value.js";
import { sourceExcerpt } from "../support/source-excerpt.js";
import { originalPosition } from "../support/source-map.js";
import { ELSEWHERE } from "./elsewhere.js";
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
