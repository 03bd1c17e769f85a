/** @file Which bytes may follow which: the automaton made deterministic, one step after the other, as texts ask for it. */
import { GriffinError } from "../support/errors.js";
import type { Automaton } from "./automaton.js";

/** A place in a text of the format. Equal places are one object. */
export interface Place {
  /** Whether the text may end here. */
  readonly isComplete: boolean;
  /** Whether no byte may follow. */
  readonly isFinal: boolean;
}

/** A state of the automaton, and what is called: the place on the stack of calls. */
type Configuration = readonly [state: number, stack: number];

interface KnownPlace extends Place {
  readonly configurations: readonly Configuration[];
  /** By byte: a place, null where the byte may not follow, undefined where it is not known yet. */
  readonly next: (KnownPlace | null | undefined)[];
}

/** No rule is called. */
const BOTTOM = 0;

/** Ways in which one text may be read at once; formats that need more say the same in many ways. */
const MOST_WAYS = 20_000;

/** Places of an automaton, each with what follows it; what is found is kept. */
export class Recognizer {
  readonly start: Place;
  readonly #places = new Map<string, KnownPlace>();
  /** Calls that have not come back: where they go on, and what is below them; equal stacks are one number. */
  readonly #stacks: { readonly back: number; readonly below: number }[] = [{ back: -1, below: -1 }];
  readonly #stackNumbers = new Map<number, number>();

  constructor(private readonly automaton: Automaton) {
    this.start = this.#placeOf([[automaton.start, BOTTOM]]);
  }

  /** The place behind a byte; undefined where it may not follow. @throws GriffinError for a format that is too ambiguous */
  next(place: Place, byte: number): Place | undefined {
    const { next, configurations } = place as KnownPlace;
    const known = next[byte];
    if (known !== undefined) return known ?? undefined;
    const found: Configuration[] = [];
    for (const [state, stack] of configurations)
      for (const { first, last, to } of this.automaton.states[state]!.bytes)
        if (byte >= first && byte <= last) found.push([to, stack]);
    const after = found.length === 0 ? null : this.#placeOf(found);
    next[byte] = after;
    return after ?? undefined;
  }

  #placeOf(from: readonly Configuration[]): KnownPlace {
    const { states, ends, end } = this.automaton;
    const seen = new Map<string, Configuration>();
    const waiting: Configuration[] = [];
    const add = (state: number, stack: number): void => {
      const key = `${state} ${stack}`;
      if (seen.has(key)) return;
      if (seen.size === MOST_WAYS) throw tooAmbiguous();
      seen.set(key, [state, stack]);
      waiting.push([state, stack]);
    };
    for (const [state, stack] of from) add(state, stack);
    let isComplete = false;
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
      const [state, stack] = each;
      const { free, calls } = states[state]!;
      for (const to of free) add(to, stack);
      for (const { into, back } of calls) add(into, this.#push(back, stack));
      if (!ends.has(state)) continue;
      if (stack !== BOTTOM) add(this.#stacks[stack]!.back, this.#stacks[stack]!.below);
      else if (state === end) isComplete = true;
    }
    const configurations = [...seen.values()]
      .filter(([state]) => states[state]!.bytes.length > 0)
      .toSorted(([a, above], [b, below]) => a - b || above - below);
    const key = `${isComplete} ${configurations.join(" ")}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = { configurations, isComplete, isFinal: configurations.length === 0, next: [] };
    this.#places.set(key, place);
    return place;
  }

  #push(back: number, below: number): number {
    const key = below * this.automaton.states.length + back;
    const known = this.#stackNumbers.get(key);
    if (known !== undefined) return known;
    const stack = this.#stacks.push({ back, below }) - 1;
    this.#stackNumbers.set(key, stack);
    return stack;
  }
}

const tooAmbiguous = (): GriffinError =>
  new GriffinError("generation error", {
    message: "the format can be read in too many ways at once",
    expected: `at most ${MOST_WAYS} ways to read what was made so far`,
    hint: "alternatives that begin alike, again and again within each other, are best made one",
  });
