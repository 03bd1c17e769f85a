/**
 * @file The program that makes several tokens of each row in one call: a loop around the program that reads a token of each and the one that
 * draws, which ends when all rows have ended. Both are as they are by themselves, lowered, and so are the tokens.
 */
import {
  any,
  type Axis,
  axis,
  type DType,
  fill,
  fn,
  input,
  not,
  op,
  program,
  range,
  select,
  split,
  squeeze,
  sum,
  take,
  Tensor,
  transpose,
  whileLoop,
} from "../dsl/index.js";
import type { TensorData } from "../dsl/trace.js";
import { findEntry } from "../ir/analysis/symbols.js";
import { link } from "../ir/link.js";
import type { Operation } from "../ir/operation.js";
import { setAttributes } from "../ir/rewriter.js";
import { verifyModule } from "../ir/verify.js";
import { type Argument, encodeInterface, type Interface, type Result } from "../program/index.js";
import { type LanguageModel, LOOP_INPUTS, LOOP_OUTPUTS, NO_TOKEN, ofSampler } from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import type { LoweredProgram } from "./lowered-program.js";

/** By role and name. */
type Tensors = Readonly<Record<string, TensorData>>;
type Tokens = Tensor<"row" | "one", "i32">;

/** What a loop is made of. */
export interface LoopParts {
  /** Reads a token of each row. */
  readonly decode: LoweredProgram;
  /** Draws a token of each row; undefined: it is the best one, which `decode` gives. */
  readonly sampler: LoweredProgram | undefined;
  readonly model: LanguageModel;
  readonly batch: number;
  /** Tokens of each row at most. */
  readonly steps: number;
}

/** What the loop carries beside states and what is told of tokens. */
interface Carried {
  /** Steps that are done. */
  readonly count: Tensor<never, "i32">;
  /** Rows that have not ended. */
  readonly alive: Tensor<"row", "i1">;
  readonly tokens: Tokens;
  readonly positions: Tokens;
  readonly made: Tensor<"row" | "step", "i32">;
}

/** The functions that the loop calls. */
const STEP = "step";
const DRAW = "draw";

/** What the sampler takes from the loop itself, and what it gives to it alone. */
const [LOGITS, RANDOM, NEXT] = ["logits", "random", "next"] as const;

/** Tensors of a program by role and name: a state may be called as an output is. */
const keyOf = ({ role, name }: Pick<Argument | Result, "role" | "name">): string => `${role} ${name}`;

/** As the loop has it, of its sampler. */
const inLoop = <T extends Argument | Result>(each: T): T => ({ ...each, name: ofSampler(each.name) });

const ofRole = <T extends Argument | Result>(all: readonly T[], role: T["role"]): readonly T[] =>
  all.filter((each) => each.role === role);

/** Arguments that stay as they are from step to step, but those of these names. */
const fixed = (
  { arguments: args }: Interface,
  ...but: readonly (string | undefined)[]
): readonly Argument[] =>
  args.filter(({ role, name }) => role !== "state" && !(role === "input" && but.includes(name)));

/** What a sampler tells of tokens. */
const toldOf = ({ results }: Interface): readonly Result[] =>
  ofRole(results, "output").filter(({ name }) => name !== NEXT);

/** The first axis is that of the rows where there are as many; what the others mean is of no matter here. */
const axesOf = ({ dimensions }: Argument | Result, row: Axis<"row">): readonly Axis[] =>
  dimensions.map((size, i) => (i === 0 && size === row.size ? row : axis(`axis ${i}`, size)));

const declared = (argument: Argument, row: Axis<"row">): TensorData =>
  input(keyOf(argument), axesOf(argument, row), argument.elementType);

/** By their keys in the loop. */
const declaredAll = (args: readonly Argument[], row: Axis<"row">): Tensors =>
  Object.fromEntries(args.map((argument) => [keyOf(argument), declared(argument, row)]));

/** Calls a function that is put in its place when all is linked: here it says alone what the program gives, by role and name. */
function standIn(name: string, { arguments: args, results }: Interface, row: Axis<"row">) {
  const call = fn(
    name,
    (_: Tensors): Tensors =>
      Object.fromEntries(
        results.map((result) => [keyOf(result), fill(0, axesOf(result, row), result.elementType)]),
      ),
  );
  return (given: Tensors): Tensors =>
    call(Object.fromEntries(args.map((argument) => [keyOf(argument), given[keyOf(argument)]!])));
}

/** `all`, with what a step gives in its column. */
function inColumn(all: TensorData, given: TensorData, isHere: Tensor<"step", "i1">): TensorData {
  const untyped = ({ axes, dtype, value }: TensorData) => new Tensor<string, DType>(axes, dtype, value);
  let mask = new Tensor<string, "i1">(isHere.axes, "i1", isHere.value);
  for (const each of all.axes.toReversed()) if (each.name !== "step") mask = mask.expand(each);
  const written = select(mask, untyped(given).expand(isHere.axis("step")), untyped(all));
  return transpose(
    written,
    all.axes.map(({ name }) => name),
  );
}

/** What a sampler is called with and gives, by the loop's keys, with its column of the random numbers. */
function drawing(sampler: LoweredProgram, row: Axis<"row">, step: Axis<"step">) {
  const draw = standIn(DRAW, sampler, row);
  const settings = declaredAll(fixed(sampler, LOGITS, RANDOM).map(inLoop), row);
  const random = input(keyOf({ role: "input", name: ofSampler(RANDOM) }), [row, step], "i64");
  return (now: Tensors, logits: TensorData, isHere: Tensor<"step", "i1">) => {
    const numbers = sum(select(isHere.expand(row), random, 0), "step");
    const own = Object.fromEntries(
      sampler.arguments.map((argument) => [
        keyOf(argument),
        settings[keyOf(inLoop(argument))] ?? now[keyOf(inLoop(argument))]!,
      ]),
    );
    // Neither part is joined with the other: the logits are those that are drawn from by themselves.
    const result = { axes: logits.axes, dtype: logits.dtype };
    const kept = op("stablehlo.optimization_barrier", [logits], {}, { result });
    return draw({ ...own, [`input ${LOGITS}`]: kept, [`input ${RANDOM}`]: numbers });
  };
}

/** The loop with stand-ins for what it goes around; all that it takes and gives is called by role and name, as an input or an output. */
function trace({ decode, sampler, model, batch, steps }: LoopParts) {
  const [row, step, one] = [axis("row", batch), axis("step", steps), axis("one", 1)];
  const { inputs, outputs, vocabSize } = model;
  const keys = { tokens: `input ${inputs.tokens}`, positions: `input ${inputs.positions}` };
  return program({ name: "loop" }, () => {
    const read = standIn(STEP, decode, row);
    const draw = sampler && drawing(sampler, row, step);
    const weights = declaredAll(fixed(decode, inputs.tokens, inputs.positions), row);
    const tokens = input(keys.tokens, [row, one], "i32");
    const positions = input(keys.positions, [row, one], "i32");
    const limits = input(`input ${LOOP_INPUTS.limits}`, [row], "i32");
    const ends = input(`input ${LOOP_INPUTS.ends}`, [axis("word", vocabSize)], "i1");
    const counts = sampler === undefined ? [] : ofRole(sampler.arguments, "state");
    const states = declaredAll([...ofRole(decode.arguments, "state"), ...counts.map(inLoop)], row);
    const told = (sampler === undefined ? [] : toldOf(sampler)).map((result) => {
      const [, ...others] = axesOf(result, row);
      return [keyOf(inLoop(result)), fill(0, [row, step, ...others], result.elementType)] as const;
    });
    const core: Carried = {
      count: fill(0, [], "i32"),
      alive: limits.gt(0).and(squeeze(positions, "one").ge(0)),
      ...{ tokens, positions },
      made: fill(NO_TOKEN, [row, step], "i32"),
    };
    const rest: Tensors = { ...states, ...Object.fromEntries(told) };
    const done = whileLoop<Tensors & Carried>(
      { ...rest, ...core },
      (now) => any(now.alive, "row").and(now.count.lt(steps)),
      (now) => {
        const isHere = range(step).eq(now.count);
        const result = read({
          ...weights,
          ...now,
          [keys.tokens]: now.tokens,
          [keys.positions]: now.positions,
        });
        const drawn = draw?.(now, result[`output ${outputs.logits}`]!, isHere);
        const column = drawn?.[`output ${NEXT}`] ?? result[`output ${outputs.best}`]!;
        const token = squeeze(new Tensor<"row" | "one", "i32">([row, one], "i32", column.value), "one");
        const known = token.max(0);
        const count = now.count.add(1);
        const isLast = take(ends, "word", known).or(token.lt(0)).or(limits.le(count));
        const alive = now.alive.and(not(isLast));
        const after = select(alive, squeeze(now.positions, "one").add(1), -1);
        const afterwards: Tensors = {
          ...result,
          ...Object.fromEntries(counts.map((each) => [keyOf(inLoop(each)), drawn![keyOf(each)]!])),
          ...Object.fromEntries(
            told.map(([key], i) => [key, inColumn(now[key]!, drawn![keyOf(toldOf(sampler!)[i]!)]!, isHere)]),
          ),
        };
        return {
          ...Object.fromEntries(Object.keys(rest).map((key) => [key, afterwards[key]!])),
          ...{ count, alive },
          tokens: split(known, "row", [row, one]),
          positions: split(after, "row", [row, one]),
          made: transpose(
            select(isHere.expand(row), select(now.alive, token, NO_TOKEN).expand(step), now.made),
            ["row", "step"],
          ),
        };
      },
    );
    return {
      [`output ${LOOP_OUTPUTS.tokens}`]: done.made,
      [`output ${LOOP_OUTPUTS.next}`]: done.tokens,
      [`output ${LOOP_OUTPUTS.positions}`]: done.positions,
      ...Object.fromEntries(Object.keys(rest).map((key) => [key, done[key]!])),
    };
  });
}

/** What the arguments and results mean: those of `decode` and of the sampler what they mean there, the others inputs and outputs. */
function described({ decode, sampler }: LoopParts, traced: Interface): Interface {
  const parts = [decode, ...(sampler === undefined ? [] : [samplerInLoop(sampler)])];
  const args = new Map(parts.flatMap((part) => part.arguments.map((each) => [keyOf(each), each] as const)));
  const results = new Map(parts.flatMap((part) => part.results.map((each) => [keyOf(each), each] as const)));
  const plain = <T extends { readonly name: string }>(each: T): T => ({
    ...each,
    name: each.name.slice(each.name.indexOf(" ") + 1),
  });
  return {
    name: traced.name,
    arguments: traced.arguments.map((each) => {
      const known = args.get(each.name);
      // Of random numbers it takes those of all steps.
      return known?.dimensions.length === each.dimensions.length ? known : plain(each);
    }),
    results: traced.results.map((each) => {
      const known = results.get(each.name);
      return known?.role === "state" ? known : plain(each);
    }),
  };
}

const samplerInLoop = (sampler: Interface): Interface => ({
  name: sampler.name,
  arguments: sampler.arguments.map(inLoop),
  results: sampler.results.map(inLoop),
});

/** @throws UsageError */
function checkNames(all: readonly Pick<Argument | Result, "role" | "name">[], what: string): void {
  const keys = all.map(keyOf);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice === undefined) return;
  throw new UsageError({
    message: `a loop of the model's programs has two ${what} of one name`,
    got: twice,
    hint: "call the model's inputs and states otherwise than loop.... and sampler....",
  });
}

/**
 * The program of a batch, with the arguments of `decode`, `loop.limits` [row] i32 and `loop.ends` [vocab] i1, and those of the sampler but its
 * logits, `random` [row, step] i64 with the numbers of all steps. It gives `loop.tokens` [row, step] i32, -2 where a row had ended; `loop.next`
 * and `loop.positions` [row, 1] i32, what the next call takes; what the sampler tells, [row, step, ...]; and the states. A row ends with
 * a token of `loop.ends`, with the last of its limit, and where no token can be chosen (-1); it reads padding from then on.
 * @throws UsageError for a model that calls an input or a state as the loop does
 */
export function loopProgram(parts: LoopParts): LoweredProgram {
  const { decode, sampler } = parts;
  const traced = trace(parts);
  const { module } = traced;
  link(module, decode.module, STEP);
  if (sampler !== undefined) link(module, sampler.module, DRAW);
  const meaning = described(parts, traced);
  checkNames(meaning.arguments, "arguments");
  checkNames(meaning.results, "results");
  const entry = findEntry(module)!;
  setAttributes(entry as Operation, { ...entry.attributes, ...encodeInterface(meaning) });
  verifyModule(module);
  return { ...meaning, module, preparations: decode.preparations, compilerFlags: decode.compilerFlags };
}
