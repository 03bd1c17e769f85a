/** @file What an author hears whose call gives a function of the DSL another kind of thing than it takes, which TypeScript would refuse. */
import type { SourcePosition } from "../support/errors.js";
import { type Frame, frameOf, ownerOf } from "../support/own-code.js";
import { originalPosition } from "../support/source-map.js";
import { TraceError } from "./errors.js";

/**
 * Runs an author's code. A TypeError that this package's code throws in it is about what a call gave it: an error of that call, by its line.
 * @throws TraceError
 */
export function explainingMisuse<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof TypeError ? explained(error) : error;
  }
}

interface CalledFrame {
  readonly place: Frame;
  readonly called: string | undefined;
}

/** Frames with a file of this package or an author's, the innermost first. */
function framesOf({ stack = "" }: Error): readonly CalledFrame[] {
  return stack.split("\n").flatMap((line) => {
    const place = /^\s+at /.test(line) ? frameOf(line) : undefined;
    if (place === undefined || place.file.startsWith("node:")) return [];
    return [{ place, called: /^\s+at (?:new )?(?:\w+\.)*([\w$]+) /.exec(line)?.[1] }];
  });
}

function explained(error: TypeError): Error {
  const frames = framesOf(error);
  const at = frames.findIndex(({ place }) => ownerOf(place.file) === "author");
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
