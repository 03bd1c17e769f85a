/** @file testStrategy: a strategy against what its op means, over random shapes. */
import { bodyOf, ENTRY, findEntry } from "../ir/analysis/symbols.js";
import { Builder } from "../ir/builder.js";
import { type Elements, elementsFromNumbers } from "../ir/elements.js";
import { interpretFunction } from "../ir/interpret/index.js";
import { definingOp, type Operation, type Value } from "../ir/operation.js";
import type { OpDefinition } from "../ir/ops/define.js";
import {
  addArgument,
  cloneOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  replaceOperation,
} from "../ir/rewriter.js";
import { elementCount, functionType, isFloat, type ScalarType, tensorType } from "../ir/types.js";
import { verifyModule } from "../ir/verify.js";
import { Emitter } from "../ir/emit.js";
import { findMeaning } from "../lowering/index.js";
import type { Strategy } from "../targets/index.js";
import { checkClose } from "./close.js";
import { TestFailure } from "./failure.js";
import { randomNumbers } from "./random-numbers.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";

/** One operand of an op that is tested. */
export interface TestOperand {
  readonly shape: readonly number[];
  /** Default: f32. */
  readonly element?: ScalarType;
  /** Numbers are drawn from [low, high); default -1 and 1. Integers are rounded down. */
  readonly low?: number;
  readonly high?: number;
  /** The same number everywhere, as a constant of the program: strategies may see that. */
  readonly constant?: number;
}

/** One use of an op: what it takes, and how it is told. */
export interface TestUse {
  readonly operands: readonly TestOperand[];
  readonly attributes?: object;
}

/** What a strategy is tested with. */
export interface TestStrategyOptions {
  /** A use for each run; `size(most)` draws a whole number from 1 to `most`. */
  readonly uses: (size: (most: number) => number, run: number) => TestUse;
  /** Runs, each of another use; default 20. */
  readonly runs?: number;
  /** Of the first run; default 1. */
  readonly seed?: number;
  /** How far results may be off, relative to numbers above 1; default 2e-5. */
  readonly tolerance?: number;
  /** Whether it may leave some uses to the target; default false: every one is lowered. */
  readonly mayLeave?: boolean;
}

export const TEST_STRATEGY_OPTIONS: OptionNames<TestStrategyOptions> = {
  uses: true,
  runs: true,
  seed: true,
  tolerance: true,
  mayLeave: true,
};

/**
 * Tests a strategy: on random uses of its op it gives what the op means, by the interpreter.
 * @throws TestFailure for numbers that are off, for a use that it leaves, when it lowers none, and for an op that has no meaning;
 * VerifyError for what it emits that breaks a rule
 */
export function testStrategy(strategy: Strategy, options: TestStrategyOptions): void {
  checkOptions("testStrategy", options, TEST_STRATEGY_OPTIONS);
  checkMembers("testStrategy", "strategy", strategy, { name: "text", op: "object", lower: "function" });
  checkMembers("testStrategy", "options", options, { uses: "function" });
  const { uses, runs = 20, seed = 1, tolerance, mayLeave = false } = options;
  let lowered = 0;
  for (let i = 0; i < runs; i++) {
    let draws = 0;
    const size = (most: number): number =>
      1 + Math.floor(randomNumbers(seed + i + 1000 * ++draws, 1, 0, most)[0]!);
    const use = uses(size, i);
    const what = `${strategy.op.name} by ${strategy.name}, seed ${seed + i}, ${describe(use)}`;
    const { module, inputs } = programOf(strategy.op, use, seed + i);
    const meant = cloneOperation(module, new Map());
    if (!lower(module, strategy)) {
      if (mayLeave) continue;
      throw new TestFailure({ message: `${what}: it is left`, hint: "say mayLeave: true where it may be" });
    }
    lowered++;
    verifyModule(module);
    checkClose(what, interpret(module, inputs), interpret(meant, inputs), tolerance);
  }
  if (lowered === 0)
    throw new TestFailure({ message: `${strategy.name} lowers none of ${runs} uses of ${strategy.op.name}` });
}

const describe = ({ operands, attributes = {} }: TestUse): string =>
  `[${operands.map(({ shape, element = "f32" }) => [...shape, element].join("x")).join(", ")}] ${JSON.stringify(attributes)}`;

/** A program of one op, and arguments for it. */
function programOf(
  op: OpDefinition,
  { operands, attributes = {} }: TestUse,
  seed: number,
): { readonly module: Operation; readonly inputs: readonly Elements[] } {
  const body = makeBlock([]);
  const builder = Builder.atEnd(body);
  const e = new Emitter(builder);
  const inputs: Elements[] = [];
  const values = operands.map(({ shape, element = "f32", low, high, constant }, i): Value => {
    const type = tensorType(shape, element);
    if (constant !== undefined) return e.fill(constant, shape, element);
    const drawn = randomNumbers(seed + 100 * i, elementCount(shape), low, high);
    inputs.push(elementsFromNumbers(type, isFloat(element) ? drawn : drawn.map(Math.floor)));
    return addArgument(body, type);
  });
  const { results } = builder.createOf(op, values, attributes as never);
  builder.create("func.return", results, {});
  const type = functionType(
    body.arguments.map((argument) => argument.type),
    results.map((result) => result.type),
  );
  const main = makeOperation({
    name: "func.func",
    attributes: { sym_name: ENTRY, sym_visibility: "public", function_type: type },
    regions: [makeRegion([body])],
  });
  const functions = makeBlock([]);
  insertOperation(main, functions);
  const module = makeOperation({ name: "builtin.module", regions: [makeRegion([functions])] });
  verifyModule(module);
  return { module, inputs };
}

/** Replaces the op of a program; false where the strategy leaves it. */
function lower(module: Operation, strategy: Strategy): boolean {
  const operation = definingOp(bodyOf(findEntry(module)!)!.last!.operands[0]!)!;
  if (findMeaning(operation) === undefined)
    throw new TestFailure({
      message: `${operation.name} means nothing that a strategy could be compared with`,
      expected: "a decomposition in its dialect",
    });
  const values = strategy.lower(new Emitter(Builder.before(operation)), operation);
  if (values === undefined) return false;
  if (values.length !== operation.results.length)
    throw new TestFailure({
      message: `${strategy.name} gives another number of values than ${operation.name} has results`,
      expected: `${operation.results.length}`,
      got: `${values.length}`,
    });
  replaceOperation(operation, values);
  return true;
}

const interpret = (module: Operation, inputs: readonly Elements[]): readonly Elements[] =>
  interpretFunction(module, ENTRY, inputs, { decompositions: findMeaning });
