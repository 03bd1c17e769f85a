/** @file Programs that share prepared weights: from traced programs to StableHLO, what depends on weights alone computed once for all. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { TracedProgram } from "../dsl/index.js";
import { findEntry } from "../ir/analysis/symbols.js";
import { dialectOf } from "../ir/dialect.js";
import { timeSteps } from "../ir/analysis/time-steps.js";
import { describeLocation, sourcePosition } from "../ir/location.js";
import { type Operation, walk } from "../ir/operation.js";
import { isModelOp } from "../ir/ops/index.js";
import type { Precision } from "../ir/precision.js";
import { cloneOperation, eraseOperation, setAttributes } from "../ir/rewriter.js";
import { verifyModule } from "../ir/verify.js";
import { type PassCallback, runPipeline } from "../passes/index.js";
import { findPreparation, interfaceOf, preparedIndex, preparedName } from "../program/index.js";
import { InternalError, UsageError } from "../support/errors.js";
import { sha256 } from "../support/hash.js";
import { defaultTarget, type LoweringOptions, resolveTarget } from "../targets/index.js";
import { type LoweredProgram, loweringPipeline } from "./lowered-program.js";
import { PreparedValues } from "./prepared-values.js";
import { checkOptions } from "../support/options.js";
import { LOWERING_OPTIONS } from "../targets/options.js";
import { checkProgram } from "../program/index.js";

/**
 * Lowers programs of one model. A value that several of them compute from parameters alone is one value of the family, known by its
 * structure when it is hoisted: all take it by the same name from the same preparing program, whenever they are lowered. The name comes
 * from the structure alone, so that a program is the same text, and is found in a cache, whatever was lowered before it. It is
 * computed in the precision that its program asks for; programs of different precisions share nothing.
 */
export class Family {
  readonly #options: LoweringOptions;
  readonly #onPass: PassCallback | undefined;
  readonly #values = new Map<Precision, PreparedValues>();
  readonly #preparations: LoweredProgram[] = [];

  /** @param options `prepare` is true by default here. @param onPass called after each pass of each program */
  constructor(options: LoweringOptions = {}, onPass?: PassCallback) {
    checkOptions("new Family", options, LOWERING_OPTIONS);
    this.#options = { ...options, prepare: options.prepare ?? true };
    this.#onPass = onPass;
  }

  /**
   * Lowers copies of traced programs, which stay as they are. What they need prepared and no program needed before becomes one
   * preparing program for all of them.
   * @throws VerifyError, UsageError for an unknown target
   */
  lower(programs: Iterable<TracedProgram>): readonly LoweredProgram[] {
    return this.#prepared(Array.from(programs, (program) => this.#lower(program)));
  }

  /**
   * The same, but between two programs the process does what else it has to, and `check`, which may throw, is called.
   * @throws what `lower` and `check` throw
   */
  async lowerInTurns(
    programs: Iterable<TracedProgram>,
    check: () => unknown,
  ): Promise<readonly LoweredProgram[]> {
    const lowered: LoweredProgram[] = [];
    for (const program of programs) {
      await nextTurn();
      check();
      lowered.push(this.#lower(program));
    }
    return this.#prepared(lowered);
  }

  /** Programs of the family with what they need prepared. */
  #prepared(lowered: readonly LoweredProgram[]): readonly LoweredProgram[] {
    const taken = new Set(lowered.flatMap(preparedNames));
    const known = new Set(this.#preparations.flatMap(outputNames));
    for (const [precision, values] of this.#values) {
      const missing = new Set(values.names.filter((name) => taken.has(name) && !known.has(name)));
      if (missing.size > 0) this.#preparations.push(this.#prepare(values, missing, precision));
    }
    return lowered.map((program) => ({ ...program, preparations: this.#preparationsOf(program) }));
  }

  #lower(program: TracedProgram): LoweredProgram {
    const module = cloneOperation(program.module, new Map());
    const precision = this.#options.precision ?? program.precision ?? "default";
    const pipeline = loweringPipeline({ ...this.#options, precision }, timeSteps(module));
    runPipeline(module, pipeline, (event) => {
      this.#onPass?.(event);
      this.#takePreparation(module, precision);
    });
    return loweredProgram(module, program.name, this.#options);
  }

  /** Moves the module's preparation, if there is one, to the family's values. */
  #takePreparation(module: Operation, precision: Precision): void {
    const preparation = findPreparation(module);
    if (preparation === undefined) return;
    const values = this.#values.get(precision) ?? new PreparedValues(namesIn(precision));
    this.#values.set(precision, values);
    const names = values.add(preparation);
    eraseOperation(preparation);
    const entry = findEntry(module)!;
    const attributes = (entry.attributes.arg_attrs ?? []).map((given) => {
      const index = preparedIndex(given);
      return index === undefined ? given : preparedName(names[index]!);
    });
    setAttributes(entry as Operation, { ...entry.attributes, arg_attrs: attributes });
  }

  #prepare(values: PreparedValues, names: ReadonlySet<string>, precision: Precision): LoweredProgram {
    const count = this.#preparations.length;
    const name = count === 0 ? "prepare" : `prepare_${count + 1}`;
    const module = values.moduleOf(names, name);
    runPipeline(module, loweringPipeline({ ...this.#options, precision, prepare: false }), this.#onPass);
    if (findPreparation(module) === undefined) return loweredProgram(module, name, this.#options);
    throw new InternalError("the target hoists parameters of programs that are lowered without `prepare`");
  }

  #preparationsOf(program: LoweredProgram): readonly LoweredProgram[] {
    const names = new Set(preparedNames(program));
    return this.#preparations.filter((preparation) =>
      outputNames(preparation).some((name) => names.has(name)),
    );
  }
}

/** Lowers a copy of a traced program, which stays as it is. @throws VerifyError, UsageError for an unknown target */
export function lowerProgram(
  program: TracedProgram,
  options: LoweringOptions = {},
  onPass?: PassCallback,
): LoweredProgram {
  checkOptions("lowerProgram", options, LOWERING_OPTIONS);
  checkProgram("lowerProgram", program);
  return new Family({ ...options, prepare: options.prepare ?? false }, onPass).lower([program])[0]!;
}

/** Names of values that are computed in a precision: 16 digits of a hash, no two alike. */
const namesIn =
  (precision: Precision) =>
  (digest: string): string =>
    sha256(`${precision} ${digest}`).slice(0, 16);

const preparedNames = ({ arguments: args }: LoweredProgram): readonly string[] =>
  args.flatMap(({ role, name }) => (role === "prepared" ? [name] : []));

const outputNames = ({ results }: LoweredProgram): readonly string[] => results.map(({ name }) => name);

const notLowered = ({ name, location }: Operation): UsageError =>
  new UsageError({
    message: `nothing lowers ${name}`,
    expected:
      "a decomposition in its dialect, a strategy that the target prefers, or a pass in a stage of the pipeline",
    where: sourcePosition(location) ?? describeLocation(location),
  });

/** A module that went through a pipeline, as a program. @throws UsageError for an op of an added dialect that nothing lowered */
function loweredProgram(
  module: Operation,
  name: string,
  { target: wanted = defaultTarget, extensions }: LoweringOptions,
): LoweredProgram {
  verifyModule(module);
  for (const operation of walk(module)) {
    if (isModelOp(operation)) throw new InternalError(`${operation.name} was not lowered`);
    if (dialectOf(operation) !== undefined) throw notLowered(operation);
  }
  const { target } = resolveTarget(wanted, extensions);
  const taken = interfaceOf(findEntry(module)!, name);
  return { ...taken, module, preparations: [], compilerFlags: target.compilerFlags(taken) };
}
