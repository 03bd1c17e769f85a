/** @file A grammar as an automaton over bytes whose rules are called and come back, without ways that lead nowhere. */
import { UsageError } from "../support/errors.js";
import { type ByteSequence, jsonSequences, utf8Sequences } from "./byte-sequences.js";
import { ALL, type CodePoints, intersection } from "./code-points.js";
import { connect, type Connector } from "./expression.js";
import type { Grammar, GrammarLeaf } from "./grammar.js";
import type { Graph } from "./graph.js";
import { checkSize } from "./too-large.js";

/** By a byte from `first` to `last`. */
export interface ByteEdge {
  readonly first: number;
  readonly last: number;
  readonly to: number;
}

/** Into a rule; behind its end it goes on at `back`. */
export interface Call {
  readonly into: number;
  readonly back: number;
}

/** What leads on from a state. */
export interface State {
  readonly bytes: ByteEdge[];
  /** To other states, without a byte. */
  readonly free: number[];
  readonly calls: Call[];
}

export interface Automaton {
  readonly states: readonly State[];
  readonly start: number;
  /** Ends of rules: what called one goes on. */
  readonly ends: ReadonlySet<number>;
  /** The end of the whole. */
  readonly end: number;
}

/**
 * From each of its states a text leads to the end.
 * @param spellable the characters that there are; texts of others are left out
 * @throws UsageError when no text is left, for a rule that is itself before any character, and for a grammar that is too large
 */
export function automatonOf(grammar: Grammar, spellable: CodePoints = ALL): Automaton {
  const builder = new Builder(grammar, spellable);
  const automaton = builder.build();
  const leading = leadingStates(automaton);
  if (!leading.has(automaton.start)) {
    throw new UsageError({
      message: "no text has the format",
      got: "bounds, choices or characters that exclude each other, or a value that contains itself for ever",
      hint:
        spellable === ALL
          ? undefined
          : "the vocabulary may lack characters of it: it cannot spell every text",
    });
  }
  builder.checkProgress();
  for (const [index, { bytes, free, calls }] of automaton.states.entries()) {
    const leads = leading.has(index);
    keep(bytes, ({ to }) => leads && leading.has(to));
    keep(free, (to) => leads && leading.has(to));
    keep(calls, ({ into, back }) => leads && leading.has(into) && leading.has(back));
  }
  return automaton;
}

function keep<T>(list: T[], holds: (item: T) => boolean): void {
  const kept = list.filter(holds);
  list.length = 0;
  list.push(...kept);
}

/** The states from which the end of their rule is reached. */
function leadingStates({ states, ends }: Automaton): ReadonlySet<number> {
  const leading = new Set(ends);
  for (let before = 0; before < leading.size; ) {
    before = leading.size;
    // What follows a state has mostly a higher number.
    for (let index = states.length - 1; index >= 0; index--) {
      if (leading.has(index)) continue;
      const { bytes, free, calls } = states[index]!;
      const leads =
        bytes.some(({ to }) => leading.has(to)) ||
        free.some((to) => leading.has(to)) ||
        calls.some(({ into, back }) => leading.has(into) && leading.has(back));
      if (leads) leading.add(index);
    }
  }
  return leading;
}

class Builder implements Connector<GrammarLeaf> {
  readonly #states: State[] = [];
  readonly #rules = new Map<string, { readonly start: number; readonly end: number }>();
  /** Sets of characters that take several bytes are rules, too. */
  readonly #sets = new Map<string, { readonly start: number; readonly end: number }>();

  constructor(
    private readonly grammar: Grammar,
    private readonly spellable: CodePoints,
  ) {}

  build(): Automaton {
    const place = () => ({ start: this.newState(), end: this.newState() });
    for (const name of this.grammar.rules.keys()) this.#rules.set(name, place());
    for (const [name, expression] of this.grammar.rules) {
      const { start, end } = this.#rules.get(name)!;
      connect(expression, start, end, this);
    }
    const { start, end } = this.#rules.get(this.grammar.root)!;
    const ends = [...this.#rules.values(), ...this.#sets.values()].map((each) => each.end);
    return { states: this.#states, start, end, ends: new Set(ends) };
  }

  newState(): number {
    checkSize(this.#states.length);
    return this.#states.push({ bytes: [], free: [], calls: [] }) - 1;
  }

  free(from: number, to: number): void {
    this.#states[from]!.free.push(to);
  }

  leaf(from: number, of: GrammarLeaf, to: number): void {
    if (of.kind === "characters") this.#set(from, of.set, to, false);
    else if (of.kind === "text") this.#graph(from, of.graph, to, of.isJson);
    else this.#states[from]!.calls.push({ into: this.#rules.get(of.name)!.start, back: to });
  }

  #graph(from: number, graph: Graph, to: number, isJson: boolean): void {
    const states = Array.from({ length: graph.states }, () => this.newState());
    for (const { from: before, to: after, set } of graph.edges) {
      if (set === undefined) this.free(states[before]!, states[after]!);
      else this.#set(states[before]!, set, states[after]!, isJson);
    }
    this.free(from, states[graph.start]!);
    this.free(states[graph.end]!, to);
  }

  /** Bytes of one character of a set. */
  #set(from: number, set: CodePoints, to: number, isJson: boolean): void {
    const key = `${isJson} ${set.join(" ")}`;
    const known = this.#sets.get(key);
    if (known !== undefined) {
      this.#states[from]!.calls.push({ into: known.start, back: to });
      return;
    }
    const { spellable } = this;
    const sequences = isJson ? jsonSequences(set, spellable) : utf8Sequences(intersection(set, spellable));
    if (sequences.every(({ length }) => length === 1)) {
      this.#sequences(from, sequences, to);
      return;
    }
    const place = { start: this.newState(), end: this.newState() };
    this.#sets.set(key, place);
    this.#sequences(place.start, sequences, place.end);
    this.#states[from]!.calls.push({ into: place.start, back: to });
  }

  #sequences(from: number, sequences: readonly ByteSequence[], to: number): void {
    // Sequences that end alike share their ends.
    const shared = new Map<string, number>();
    for (const sequence of sequences) {
      let after = to;
      let key = "";
      for (let place = sequence.length - 1; place >= 0; place--) {
        const [first, last] = sequence[place]!;
        key = `${first}-${last} ${key}`;
        let before = place === 0 ? from : shared.get(key);
        if (place > 0 && before !== undefined) {
          after = before;
          continue;
        }
        before ??= this.newState();
        if (place > 0) shared.set(key, before);
        this.#states[before]!.bytes.push({ first, last, to: after });
        after = before;
      }
    }
  }

  /** @throws UsageError for a rule that calls itself before any byte: it would do so for ever */
  checkProgress(): void {
    const names = new Map([...this.#rules].map(([name, { start }]) => [start, name]));
    const done = new Set<number>();
    const visit = (start: number, path: readonly number[]): void => {
      if (path.includes(start)) {
        throw new UsageError({
          message: `${this.grammar.nameOf(names.get(start)!)} is itself, with nothing in between`,
          expected: "a value that contains itself within an array or an object",
        });
      }
      if (done.has(start)) return;
      for (const into of this.#calledFirst(start)) visit(into, [...path, start]);
      done.add(start);
    };
    for (const { start } of this.#rules.values()) visit(start, []);
  }

  /** Rules that a rule calls before any byte; no rule that is called is the empty text. */
  #calledFirst(start: number): readonly number[] {
    const seen = new Set([start]);
    const called: number[] = [];
    for (const index of seen) {
      const { free, calls } = this.#states[index]!;
      for (const to of free) seen.add(to);
      called.push(...calls.map(({ into }) => into));
    }
    return called;
  }
}
