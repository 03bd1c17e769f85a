/**
 * @file Reverse mode: from the last operation to the first, each gives its operands what its results' cotangents make of them. Forward
 * operations stay as they are, but those with code inside, which return more than before: what the backward computation needs of it.
 */
import { Emitter, shapeOf } from "../ir/emit.js";
import { Builder } from "../ir/builder.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import type { OperationOf, OpName } from "../ir/ops/index.js";
import type { Location } from "../ir/location.js";
import type { Precision } from "../ir/precision.js";
import { statedPrecision } from "../ir/stated-precision.js";
import { InternalError } from "../support/errors.js";
import { ownValue } from "../support/own-value.js";
import { notDifferentiableError } from "./errors.js";
import type { Functions } from "./functions.js";
import { gradientLocation } from "./location.js";
import { dialectOf } from "../ir/dialect.js";
import type { Contribution, GradientRule } from "../ir/gradient-rule.js";
import type { ActiveValues, BackwardWalk } from "./rule.js";
import { rematerialisedOf } from "./marks.js";
import { rematerialise } from "./rematerialise.js";
import { replayMeaning } from "./meaning.js";
import { differentiabilityOf } from "./rules/index.js";
import { zerosLike } from "./arithmetic.js";

/** What backward operations have that are not of one forward operation. */
interface Surroundings {
  readonly location: Location;
  readonly precision?: Precision | undefined;
}

/** The cotangents of the values of one block of code, and of what it uses from around it. */
export class Reverse implements BackwardWalk {
  readonly #cotangents = new Map<Value, Value>();
  readonly #others = new Map<Value, Value>();
  readonly e: Emitter;

  /** @param block where backward operations go, at its end */
  constructor(
    readonly block: Block,
    readonly activity: ActiveValues,
    readonly functions: Functions,
    { location, precision }: Surroundings,
  ) {
    this.e = new Emitter(Builder.atEnd(block));
    this.e.builder.location = location;
    this.e.builder.precision = precision;
  }

  nested(block: Block): Reverse {
    return new Reverse(block, this.activity, this.functions, this.e.builder);
  }

  started(block: Block, activity: ActiveValues, location: Location): Reverse {
    return new Reverse(block, activity, this.functions, { location, precision: this.e.builder.precision });
  }

  cotangentOf(value: Value): Value | undefined {
    return this.#cotangents.get(value);
  }

  cotangentOrZeros(value: Value): Value {
    return this.cotangentOf(value) ?? zerosLike(this.e, value);
  }

  set(value: Value, cotangent: Value): void {
    this.#check(value, cotangent);
    this.#cotangents.set(value, cotangent);
  }

  give(value: Value, contribution: Contribution | undefined): void {
    if (contribution === undefined || !this.activity.has(value)) return;
    const sum = this.cotangentOf(value);
    this.set(value, this.#added(sum, contribution));
  }

  #added(sum: Value | undefined, contribution: Contribution): Value {
    if (typeof contribution !== "function") return contribution.into(sum);
    const value = contribution();
    return sum === undefined ? value : this.e.add(sum, value);
  }

  #check(value: Value, cotangent: Value): void {
    if (value.type === cotangent.type) return;
    throw new InternalError(
      `a cotangent of shape [${shapeOf(cotangent).join(", ")}] for a value of [${shapeOf(value).join(", ")}]`,
    );
  }

  standFor(value: Value, other: Value): void {
    this.#others.set(value, other);
  }

  walk(operations: Iterable<Operation>): void {
    const all = [...operations];
    const codes = all.map(rematerialisedOf);
    for (let i = all.length - 1; i >= 0; i--) {
      const code = codes[i];
      if (code === undefined) {
        this.#step(all[i]!);
        continue;
      }
      const first = codes.findIndex((other) => other?.id === code.id);
      this.#at(all[i]!, () => rematerialise(this, all.slice(first, i + 1), code.kept));
      i = first;
    }
  }

  /** Runs `write` with the builder at an operation's place in the author's source. */
  #at(operation: Operation, write: () => void): void {
    const outer = this.e.builder.location;
    this.e.builder.location = gradientLocation(operation.location);
    write();
    this.e.builder.location = outer;
  }

  #step(operation: Operation): void {
    const cotangents = operation.results.map((result) =>
      this.cotangentOf(this.#others.get(result) ?? result),
    );
    if (cotangents.every((cotangent) => cotangent === undefined)) return;
    this.#at(operation, () => {
      const { builder } = this.e;
      const outer = builder.precision;
      builder.precision = statedPrecision(operation) ?? outer;
      this.#differentiate(operation, cotangents);
      builder.precision = outer;
    });
  }

  #differentiate(operation: Operation, cotangents: readonly (Value | undefined)[]): void {
    const known = differentiabilityOf(operation.name);
    if (known?.kind === "none") throw notDifferentiableError(operation, known.reason);
    if (known?.kind === "constant")
      throw new InternalError(`${operation.name} is constant and has a cotangent`);
    const own = ownValue(dialectOf(operation)?.gradients ?? {}, operation.name);
    const rule = known?.kind === "operands" ? (known.rule as unknown as GradientRule) : own;
    if (rule !== undefined) this.#giveOperands(operation, rule, cotangents);
    else if (known === undefined) replayMeaning(this, operation, cotangents);
    else if (known.kind === "code")
      known.rule(this, operation as OperationOf<OpName> & Operation, cotangents);
  }

  #giveOperands(op: Operation, rule: GradientRule, cotangents: readonly (Value | undefined)[]): void {
    const refuse = (reason: string): never => {
      throw notDifferentiableError(op, reason);
    };
    const contributions = rule({ e: this.e, op, cotangents, cotangent: cotangents[0]!, refuse });
    contributions.forEach((contribution, i) => {
      this.give(op.operands[i]!, contribution);
    });
  }

  replay(
    build: (e: Emitter) => readonly Value[],
    cotangents: readonly (Value | undefined)[],
    isConstant: (operation: Operation) => boolean = () => false,
  ): void {
    const last = this.block.last;
    const values = build(this.e);
    const added: Operation[] = [];
    for (let at = this.block.last; at !== last; at = at!.previous) added.unshift(at!);
    this.activity.mark(added.filter((operation) => !isConstant(operation)));
    values.forEach((value, i) => {
      const cotangent = cotangents[i];
      if (cotangent !== undefined) this.give(value, () => cotangent);
    });
    this.walk(added);
  }
}
