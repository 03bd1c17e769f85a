/** @file Programs that have four times as much of one thing take some four times as long to read, verify, print, write and lower. */
import { describe, expect, test } from "vitest";
import { deserializePortable } from "../../../src/ir/bytecode/index.js";
import type { Operation } from "../../../src/ir/operation.js";
import { cloneOperation } from "../../../src/ir/rewriter.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { serializePortable } from "../../../src/ir/bytecode/index.js";
import { lowerForArtifact } from "../../../src/lowering/portable.js";
import { parsePipeline, runPipeline } from "../../../src/passes/index.js";
import { GriffinError } from "../../../src/support/errors.js";
import { allPasses } from "../../../src/targets/registry.js";
import { verifyForClient } from "../../../src/targets/index.js";
import { shapes } from "./shapes.js";

/** So much of a thing, and four times as much. */
const [FEW, MANY] = [1250, 5000];
/** Less time says nothing, ms: it is that of collecting garbage and of translating code. */
const LITTLE_MS = { few: 15, many: 90 };
/** Of quadratic work it is 16. */
const MOST_TIMES = 8;
const TRIES = 4;

/** A program as what work begins with. */
interface Given {
  readonly text: string;
  /** A copy that the work may change. */
  readonly module: () => Operation;
  readonly artifact: () => Uint8Array;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function givenOf(text: string): Given {
  const read = once(() => {
    const module = parseModule(text);
    verifyModule(module);
    return module;
  });
  const module = () => cloneOperation(read(), new Map());
  const artifact = once(() => {
    const lowered = module();
    lowerForArtifact(lowered, undefined);
    return serializePortable(lowered, { resources: true, verify: false });
  });
  return { text, module, artifact };
}

/** Work, prepared; what is timed is the rest. */
type Work = (given: Given) => () => unknown;

const onModule =
  (work: (module: Operation) => unknown): Work =>
  ({ module }) => {
    const own = module();
    return () => work(own);
  };

const client = (platformName: string) => ({
  platformName,
  plugin: { stablehloVersions: { current: "1.13.0" } },
});

const works: Readonly<Record<string, Work>> = {
  "read text":
    ({ text }) =>
    () =>
      parseModule(text),
  verify: onModule(verifyModule),
  "print text": onModule((module) => printModule(module)),
  "print text with places": onModule((module) => printModule(module, { locations: true, resources: true })),
  "print generic text": onModule((module) => printModule(module, { form: "generic" })),
  "write an artifact": onModule((module) => {
    lowerForArtifact(module, undefined);
    serializePortable(module, { resources: true });
  }),
  "read an artifact": ({ artifact }) => {
    const bytes = artifact();
    return () => deserializePortable(bytes);
  },
  ...Object.fromEntries(
    ["cpu", "cuda", "tpu"].map((name) => [
      `verify for ${name}`,
      onModule((module) => verifyForClient(module, client(name), { allowCustomCalls: ["annotate"] })),
    ]),
  ),
  ...Object.fromEntries(
    allPasses.names.map((name) => [
      name,
      onModule((module) => runPipeline(module, parsePipeline(name, allPasses))),
    ]),
  ),
};

/** An error of ours ends work, and is work too. @throws every other */
function checkOurs(error: unknown): void {
  if (!(error instanceof GriffinError)) throw error;
}

/** Processor time of prepared work, ms; none where what is worked on is refused while it is prepared. */
function timeOf(work: Work, given: Given): number {
  let rest: () => unknown = () => undefined;
  try {
    rest = work(given);
  } catch (error) {
    checkOurs(error);
  }
  const start = process.cpuUsage();
  try {
    rest();
  } catch (error) {
    checkOurs(error);
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** How many times as long it takes for four times as much: the least of some tries. */
function timesAsLong(work: Work, few: Given, many: Given): number {
  let [a, b] = [Number.POSITIVE_INFINITY, timeOf(work, many)];
  let times = 0;
  for (let i = 0; i < TRIES && b > LITTLE_MS.many; i++) {
    a = Math.min(a, timeOf(work, few));
    b = Math.min(b, timeOf(work, many));
    times = b / Math.max(a, LITTLE_MS.few);
    if (times <= MOST_TIMES) return times;
  }
  return b > LITTLE_MS.many ? times : 0;
}

describe.each(Object.entries(shapes))("%s", (_, shape) => {
  test("four times as many take at most eight times as long", { timeout: 600_000 }, () => {
    const [few, many] = [givenOf(shape(FEW)), givenOf(shape(MANY))];
    const slow: Record<string, number> = {};
    for (const [name, work] of Object.entries(works)) {
      const times = timesAsLong(work, few, many);
      if (times > MOST_TIMES) slow[name] = Math.round(times);
    }
    expect(slow).toEqual({});
  });
});
