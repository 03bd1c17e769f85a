/**
 * @file Names of values in text, by MLIR's rules. Names carry no meaning; equal text needs
 * equal names.
 */
import type { Block, Operation, Region, Value } from "../operation.js";
import { type Attributes, isOp } from "../ops/index.js";
import { formatType, type ScalarType } from "../types.js";

export interface NamingOptions {
  /** The generic form numbers everything; the pretty form names constants and loop variables. */
  readonly generic: boolean;
  /** Use the names that values carry, where they carry one. */
  readonly hints: boolean;
}

interface Counters {
  value: number;
  argument: number;
  conflict: number;
}

/** A region waiting for its names, with the counters and used names of where it stands. */
interface Pending {
  readonly region: Region;
  readonly counters: Counters;
  readonly outer: UsedNames | undefined;
}

/** Names in use in a region and those around it. */
class UsedNames {
  readonly #names = new Set<string>();
  constructor(readonly outer: UsedNames | undefined) {}

  has(name: string): boolean {
    return this.#names.has(name) || (this.outer?.has(name) ?? false);
  }

  add(name: string): void {
    this.#names.add(name);
  }
}

const isIntegerConstant = (operation: Operation): boolean => {
  const type = operation.results[0]?.type;
  return type?.kind === "tensor" && /^u?i\d/.test(type.element as ScalarType);
};

const namedResults: ReadonlyMap<string, readonly string[]> = new Map([
  ["func.constant", ["f"]],
  ["chlo.top_k", ["values", "indices"]],
  ["stablehlo.batch_norm_grad", ["grad_operand", "grad_scale", "grad_offset"]],
  ["stablehlo.batch_norm_training", ["output", "batch_mean", "batch_var"]],
  ["stablehlo.rng_bit_generator", ["output_state", "output"]],
]);

/** `true`, `c2` (of index), `c2_i32`; `cst` of floats and tensors, and where nothing is verified yet and the value is missing. */
function arithConstantName({ value }: Partial<Attributes<"arith.constant">>): string {
  if (value?.kind === "bool") return String(value.value);
  if (value?.kind !== "integer") return "cst";
  const type = formatType(value.type);
  return type === "index" ? `c${value.value}` : `c${value.value}_${type}`;
}

/** The names an op gives its results in the pretty form. */
function resultNames(operation: Operation): readonly string[] {
  if (isOp(operation, "arith.constant")) return [arithConstantName(operation.attributes)];
  if (operation.name === "stablehlo.constant") return [isIntegerConstant(operation) ? "c" : "cst"];
  return namedResults.get(operation.name) ?? [];
}

/** Makes a hint a name that text allows. */
const sanitize = (hint: string): string => {
  const name = hint.replace(/[^A-Za-z0-9_$.-]/g, "_");
  return /^[0-9]/.test(name) ? `_${name}` : name;
};

/** The names of all values below `root`, without the `%`. */
export class ValueNames {
  readonly #names = new Map<Value, string>();
  /** Of operations with several results, as far as they are used. */
  readonly #uses = new Map<Operation, readonly string[]>();
  readonly #options: NamingOptions;
  #counters: Counters = { value: 0, argument: 0, conflict: 0 };
  #used = new UsedNames(undefined);

  constructor(root: Operation, options: NamingOptions) {
    this.#options = options;
    this.#nameResults(root);
    const pending: Pending[] = [];
    this.#postpone(root, pending);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      // The generic form never uses a number twice in a module.
      if (!options.generic) this.#counters = { ...next.counters };
      this.#used = new UsedNames(next.outer);
      this.#nameRegion(next.region, pending);
    }
  }

  /** The name a value was given itself. */
  #plain(value: Value): string {
    return this.#names.get(value) ?? "?";
  }

  /** The text of a use: `%0`, `%0#1`, `%arg0`. */
  of(value: Value): string {
    const { owner } = value;
    if (!("results" in owner) || owner.results.length === 1) return `%${this.#plain(value)}`;
    const known = this.#uses.get(owner);
    if (known !== undefined) return known[value.index]!;
    const uses = this.#usesOf(owner);
    this.#uses.set(owner, uses);
    return uses[value.index]!;
  }

  /** How each result of an operation with several is used. */
  #usesOf(operation: Operation): readonly string[] {
    const uses = operation.results.map(() => "%?");
    for (const { name, start, count } of this.#groups(operation))
      for (let i = 0; i < count; i++) uses[start + i] = count === 1 ? `%${name}` : `%${name}#${i}`;
    return uses;
  }

  /** Text of a definition: `%0`, `%0:2`, `%output_state, %output`. */
  definition(operation: Operation): string {
    return this.#groups(operation)
      .map(({ name, count }) => (count === 1 ? `%${name}` : `%${name}:${count}`))
      .join(", ");
  }

  /** Runs of results that share a name: that of the first. */
  #groups({
    results,
  }: Operation): { readonly name: string; readonly start: number; readonly count: number }[] {
    const starts = results.filter((result) => this.#names.has(result)).map((result) => result.index);
    return starts.map((start, i) => ({
      name: this.#plain(results[start]!),
      start,
      count: (starts[i + 1] ?? results.length) - start,
    }));
  }

  #postpone(operation: Operation, pending: Pending[]): void {
    for (const region of operation.regions)
      pending.push({ region, counters: { ...this.#counters }, outer: this.#used });
  }

  #nameRegion(region: Region, pending: Pending[]): void {
    region.blocks.forEach((block, index) => {
      this.#nameArguments(block, index === 0);
      for (const operation of block) this.#nameResults(operation);
    });
    for (const block of region.blocks)
      for (const operation of block) if (operation.regions.length > 0) this.#postpone(operation, pending);
  }

  #nameArguments(block: Block, isEntry: boolean): void {
    const isLoop = !this.#options.generic && block.region?.operation?.name === "stablehlo.while";
    for (const argument of block.arguments) {
      const hint = this.#hintOf(argument) ?? (isLoop ? "iterArg" : undefined);
      if (hint !== undefined) this.#names.set(argument, this.#unique(hint));
      else if (isEntry) this.#names.set(argument, this.#unique(`arg${this.#counters.argument++}`));
      else this.#names.set(argument, String(this.#counters.value++));
    }
  }

  #nameResults(operation: Operation): void {
    const { results } = operation;
    if (results.length === 0) return;
    const given = this.#options.generic ? [] : resultNames(operation);
    results.forEach((result, index) => {
      const name = this.#hintOf(result) ?? given[index];
      if (name !== undefined) this.#names.set(result, this.#unique(name));
      else if (index === 0) this.#names.set(result, String(this.#counters.value++));
    });
  }

  #hintOf(value: Value): string | undefined {
    return this.#options.hints && value.nameHint !== undefined ? sanitize(value.nameHint) : undefined;
  }

  #unique(wanted: string): string {
    let name = wanted;
    while (this.#used.has(name)) name = `${wanted}_${this.#counters.conflict++}`;
    this.#used.add(name);
    return name;
  }
}
