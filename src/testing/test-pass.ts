/** @file testPass: a pass against its example, and against the meaning of the programs that it changes. */
import { bodyOf, ENTRY, findEntry } from "../ir/analysis/symbols.js";
import type { Dialect } from "../ir/dialect.js";
import type { Elements } from "../ir/elements.js";
import { interpretFunction } from "../ir/interpret/index.js";
import type { Operation } from "../ir/operation.js";
import { parseModule, printModule } from "../ir/text/index.js";
import { formatType } from "../ir/types.js";
import { verifyModule } from "../ir/verify.js";
import { findMeaning } from "../lowering/index.js";
import {
  parsePipeline,
  type Pass,
  type PassEvent,
  PassRegistry,
  runPipeline,
  verifyAfter,
} from "../passes/index.js";
import { checkClose } from "./close.js";
import { TestFailure } from "./failure.js";
import { randomElements } from "./random-inputs.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";

/** What a pass is tested with beside its example. */
export interface TestPassOptions {
  /** Of the ops in the example and in programs. */
  readonly dialects?: readonly Dialect[];
  /** Further programs with an @main, as text; the pass has the options of its example. */
  readonly programs?: readonly string[];
  /** Runs of each program, with other numbers; default 3. */
  readonly runs?: number;
  /** Of the first run; default 1. */
  readonly seed?: number;
  /** How far results may be off, relative to numbers above 1; default 2e-5. */
  readonly tolerance?: number;
  /** Whether it changes what `@main` takes or gives, so that numbers before and after cannot be compared; default false. */
  readonly changesInterface?: boolean;
}

export const TEST_PASS_OPTIONS: OptionNames<TestPassOptions> = {
  dialects: true,
  programs: true,
  runs: true,
  seed: true,
  tolerance: true,
  changesInterface: true,
};

/**
 * Tests a pass: its example becomes what it says, is verified, and stays so the second time; and on random numbers `@main` gives the same
 * before and after, by the interpreter, in the example and in `programs`.
 * @throws TestFailure with what differs; PassError for a program that breaks a rule after it; ParseError, InterpretError
 */
export function testPass(pass: Pass, options: TestPassOptions = {}): void {
  checkOptions("testPass", options, TEST_PASS_OPTIONS);
  checkMembers("testPass", "pass", pass, { name: "text", with: "function", example: "object" });
  const { before, after } = pass.example;
  const { dialects = [], programs = [] } = options;
  checkExample(pass, before, after, dialects);
  if (options.changesInterface === true) return;
  for (const [i, text] of [before, ...programs].entries())
    checkMeaning(pass, i === 0 ? "its example" : `program ${i - 1}`, text, options);
}

/** The pass with the options of its example. */
function run(pass: Pass, module: Operation): readonly PassEvent[] {
  const { options } = pass.example;
  const step = options === undefined ? pass.name : `${pass.name}{${options}}`;
  const events: PassEvent[] = [];
  runPipeline(module, parsePipeline(step, new PassRegistry([pass])), (event) => {
    events.push(event);
    verifyAfter(event);
  });
  return events;
}

function checkExample(pass: Pass, before: string, after: string, dialects: readonly Dialect[]): void {
  const module = parseModule(before, { dialects });
  verifyModule(module);
  const [first] = run(pass, module);
  const expected = printModule(parseModule(after, { dialects }));
  const got = printModule(module);
  if (got !== expected)
    throw new TestFailure({
      message: `the example of ${pass.name} becomes something else`,
      details: ["expected:", ...expected.split("\n"), "got:", ...got.split("\n")],
    });
  if (first?.changed !== true)
    throw new TestFailure({
      message: `${pass.name} changes its example, and does not say so`,
      expected: "context.count(what) for each change",
    });
  const [second] = run(pass, module);
  if (second?.changed === false && printModule(module) === expected) return;
  throw new TestFailure({
    message: `${pass.name} changes what it made of its example`,
    expected: "no change, and none counted, the second time",
    got: [...(second?.counts ?? [])].map(([what, count]) => `${what}: ${count}`).join(", ") || "another text",
  });
}

function checkMeaning(pass: Pass, what: string, text: string, options: TestPassOptions): void {
  const { dialects = [], runs = 3, seed = 1, tolerance } = options;
  const [before, after] = [parseModule(text, { dialects }), parseModule(text, { dialects })];
  verifyModule(before);
  run(pass, after);
  const signature = signatureOf(pass, before);
  if (signatureOf(pass, after) !== signature)
    throw new TestFailure({
      message: `${pass.name} changes what @${ENTRY} of ${what} takes or gives`,
      expected: signature,
      got: signatureOf(pass, after),
      hint: "say changesInterface: true where it is meant to",
    });
  const types = bodyOf(findEntry(before)!)!.arguments.map(({ type }) => type);
  for (let i = 0; i < runs; i++) {
    const inputs = types.map((type, argument) => randomElements(type, seed + i + 100 * argument));
    const name = `${pass.name} on ${what}, seed ${seed + i}`;
    checkClose(name, interpret(after, inputs), interpret(before, inputs), tolerance);
  }
}

function signatureOf(pass: Pass, module: Operation): string {
  const entry = findEntry(module);
  if (entry !== undefined) return formatType(entry.attributes.function_type);
  throw new TestFailure({ message: `a program for ${pass.name} has no function @${ENTRY}` });
}

const interpret = (module: Operation, inputs: readonly Elements[]): readonly Elements[] =>
  interpretFunction(module, ENTRY, inputs, { decompositions: findMeaning });
