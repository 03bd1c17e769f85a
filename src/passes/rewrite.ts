/** @file Local rewrite rules, and the driver that applies them until none fits. */
import { Builder } from "../ir/builder.js";
import { isInside, isOperation, type Operation, type Value, walk } from "../ir/operation.js";
import { isOp, type OperationOf, type OpName } from "../ir/ops/index.js";
import { eraseOperation, replaceOperation } from "../ir/rewriter.js";
import { InternalError } from "../support/errors.js";
import { isPureGiven, type PureFunctions } from "../ir/analysis/effects.js";
import type { PassContext } from "./pass.js";

/** A local rewrite. Every rule must bring the program nearer to a fixed form, or the driver does not end. */
export interface Rule {
  /** What it does, e.g. `transpose of transpose`. */
  readonly name: string;
  /** The operations it looks at. */
  readonly ops: readonly string[];
  /** Values to stand for the operation's results, new operations made by `builder`; undefined when the rule does not fit. */
  rewrite(operation: Operation, builder: Builder): readonly Value[] | undefined;
}

/** Declares a rule for one op or several; the operation it gets is typed. One value stands for a list of one. */
export function rule<K extends OpName>(
  name: string,
  ops: K | readonly K[],
  rewrite: (operation: OperationOf<K>, builder: Builder) => Value | readonly Value[] | undefined,
): Rule {
  const names: readonly K[] = typeof ops === "string" ? [ops] : ops;
  return {
    name,
    ops: names,
    rewrite(operation, builder) {
      if (!isOp(operation, ...names)) return undefined;
      const values = rewrite(operation, builder);
      return values === undefined || "owner" in values ? values && [values] : values;
    },
  };
}

/** Operations still to look at; each once at a time. */
class Worklist {
  readonly #pending: Set<Operation>;

  constructor(root: Operation) {
    this.#pending = new Set(walk(root));
    this.#pending.delete(root);
  }

  add(operation: Operation | undefined): void {
    if (operation !== undefined) this.#pending.add(operation);
  }

  /** All pending operations, those added meanwhile included. */
  *[Symbol.iterator](): IterableIterator<Operation> {
    for (const operation of this.#pending) {
      this.#pending.delete(operation);
      yield operation;
    }
  }
}

/** All values that an operation and those below it read. */
const operandsOf = (operation: Operation): ReadonlySet<Value> =>
  new Set([...walk(operation)].flatMap((inner) => inner.operands));

/** What may fit a rule now that `value` has lost a user: who makes it, the loop that carries it, its last user. */
function addAround(value: Value, work: Worklist): void {
  work.add(isOperation(value.owner) ? value.owner : value.owner.region?.operation);
  const [last, another] = value.users;
  if (another === undefined) work.add(last);
}

function eraseIfDead(operation: Operation, work: Worklist, known: PureFunctions): boolean {
  if (operation.results.some((result) => result.users.size > 0) || !isPureGiven(operation, known))
    return false;
  const operands = operandsOf(operation);
  eraseOperation(operation);
  for (const operand of operands) addAround(operand, work);
  return true;
}

/** Puts the operations from after `start` up to `operation` on the list: those a rule has made. */
function addMade(start: Operation | undefined, operation: Operation, work: Worklist): void {
  const first = start === undefined ? operation.block!.first : start.next;
  for (let at = first; at !== undefined && at !== operation; at = at.next)
    for (const inner of walk(at)) work.add(inner);
}

function apply(candidate: Rule, operation: Operation, work: Worklist): boolean {
  const start = operation.previous;
  const values = candidate.rewrite(operation, Builder.before(operation));
  if (values === undefined) return false;
  addMade(start, operation, work);
  if (operation.results.some((result, i) => result.type !== values[i]!.type)) return false;
  for (const result of operation.results) for (const user of result.users) work.add(user);
  const operands = operandsOf(operation);
  replaceOperation(operation, values);
  for (const operand of operands) addAround(operand, work);
  return true;
}

function indexRules(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const byOp = new Map<string, Rule[]>();
  for (const candidate of rules)
    for (const op of candidate.ops) byOp.set(op, [...(byOp.get(op) ?? []), candidate]);
  return byOp;
}

/**
 * Applies rules below `root` until none fits, and erases what becomes unused. A rule whose values have other types than
 * the results (dynamic sizes) does not fit. Each application is counted under the rule's name.
 */
export function applyRules(root: Operation, rules: readonly Rule[], context: PassContext): void {
  const byOp = indexRules(rules);
  const work = new Worklist(root);
  const known: PureFunctions = new Map();
  let budget = 1000 + 100 * [...walk(root)].length;
  for (const operation of work) {
    if (!isInside(operation, root)) continue;
    if (eraseIfDead(operation, work, known)) {
      context.count("operations removed");
      continue;
    }
    const fitting = byOp.get(operation.name)?.find((candidate) => apply(candidate, operation, work));
    if (fitting === undefined) continue;
    context.count(fitting.name);
    if (budget-- === 0) throw new InternalError(`rewriting does not end: "${fitting.name}"`);
  }
}
