/** @file Decimal numbers between two bounds, as digits. */
import { charactersOf, type CodePoints } from "./code-points.js";
import type { Graph, GraphEdge } from "./graph.js";

/** Which numbers. */
export interface DecimalRange {
  readonly min: Bound | undefined;
  readonly max: Bound | undefined;
  /** Whole numbers only. */
  readonly isWhole: boolean;
}

export interface Bound {
  readonly value: number;
  /** Whether the bound itself is not meant. */
  readonly isExclusive: boolean;
}

/**
 * Significant digits of a number at most: with 15, numbers that differ as digits differ as f64, in the same order, so that a bound holds for the
 * number that is read back.
 */
const DIGITS = 15;

/** Digits in front of the point where there is no bound. */
const UNBOUNDED_DIGITS = 9;

/**
 * The numbers of a range as JSON writes them, without exponents: no zeros in front, 15 digits at most (whole numbers up to
 * 2^53: 16), 9 in front of the point, or one more than the other bound has, on a side that has none. -0 is left out.
 */
export function decimalGraph({ min, max, isWhole }: DecimalRange): Graph {
  const graph = new Builder();
  const isNegative = (bound: Bound | undefined): boolean => bound !== undefined && bound.value < 0;
  // Zero counts to the numbers that have no sign.
  if (!isNegative(max)) {
    const low = isNegative(min) || min === undefined ? { value: 0, isExclusive: false } : min;
    addMagnitudes(graph, graph.start, { low, high: max, isWhole });
  }
  if (min === undefined || isNegative(min)) {
    const sign = graph.newState();
    graph.edge(graph.start, charactersOf("-"), sign);
    const low = isNegative(max) ? negated(max!) : { value: 0, isExclusive: true };
    addMagnitudes(graph, sign, { low, high: min === undefined ? undefined : negated(min), isWhole });
  }
  return graph.done();
}

const negated = ({ value, isExclusive }: Bound): Bound => ({ value: -value, isExclusive });

/** Numbers without a sign, of any number of digits in front of the point. */
interface Magnitudes {
  readonly low: Bound;
  readonly high: Bound | undefined;
  readonly isWhole: boolean;
}

function addMagnitudes(graph: Builder, from: number, { low, high, isWhole }: Magnitudes): void {
  const lowest = decimalOf(low.value);
  const highest = high === undefined ? undefined : decimalOf(high.value);
  const widest = highest?.whole.length ?? Math.max(UNBOUNDED_DIGITS, lowest.whole.length + 1);
  // Whole numbers are exact up to 2^53.
  const isExact = isWhole && high !== undefined && high.value <= Number.MAX_SAFE_INTEGER;
  const most = Math.min(widest, isExact ? DIGITS + 1 : DIGITS);
  for (let width = lowest.whole.length; width <= most; width++) {
    const length = isWhole ? width : DIGITS;
    const held = (bound: Bound | undefined, { whole, rest }: Decimal): Digits | undefined => {
      if (bound === undefined || whole.length !== width) return undefined;
      const digits = (whole + rest).padEnd(length, "0");
      const isMore = /[1-9]/.test(digits.slice(length));
      return { digits: digits.slice(0, length), isMore, isExclusive: bound.isExclusive };
    };
    addWidth(graph, from, { low: held(low, lowest), high: held(high, highest ?? lowest), width, length });
  }
}

/** A bound as so many digits; `isMore` where it has others behind them that are not 0. */
interface Digits {
  readonly digits: string;
  readonly isMore: boolean;
  readonly isExclusive: boolean;
}

/** Numbers of so many digits in front of the point. */
interface Width {
  /** Undefined where all of them are above it. */
  readonly low: Digits | undefined;
  /** Undefined where all of them are below it. */
  readonly high: Digits | undefined;
  readonly width: number;
  /** Digits in all, at most. */
  readonly length: number;
}

/** Walks digits with both bounds: as long as a number begins as a bound does, its next digit is held by it. */
function addWidth(graph: Builder, from: number, { low, high, width, length }: Width): void {
  const states = new Map<string, number>();
  const stateOf = (place: number, isLow: boolean, isHigh: boolean): number => {
    const key = `${place} ${isLow} ${isHigh}`;
    const known = states.get(key);
    if (known !== undefined) return known;
    const state = graph.newState();
    states.set(key, state);
    const isIn = (!isLow || ends(low!, place, "low")) && (!isHigh || ends(high!, place, "high"));
    if (place >= width && isIn) graph.accept(state);
    if (place === length) return state;
    let before = state;
    if (place === width) {
      before = graph.newState();
      graph.edge(state, charactersOf("."), before);
    }
    const least = isLow ? Number(low!.digits[place]) : 0;
    const most = isHigh ? Number(high!.digits[place]) : 9;
    for (let digit = Math.max(least, place === 0 && width > 1 ? 1 : 0); digit <= most; digit++) {
      const next = stateOf(place + 1, isLow && digit === least, isHigh && digit === most);
      graph.edge(before, charactersOf(String(digit)), next);
    }
    return state;
  };
  graph.free(from, stateOf(0, low !== undefined, high !== undefined));
}

/** Whether a number that began as the bound may end here: what follows is 0. */
function ends({ digits, isMore, isExclusive }: Digits, place: number, side: "low" | "high"): boolean {
  if (!isMore && !/[1-9]/.test(digits.slice(place))) return !isExclusive;
  return side === "high";
}

interface Decimal {
  readonly whole: string;
  readonly rest: string;
}

/** Digits before and behind the point of a number that is not negative: the fewest that are read back as it. */
function decimalOf(value: number): Decimal {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", rest = ""] = mantissa.split(".");
  const shift = Number(exponent);
  const all = shift < 0 ? "0".repeat(-shift) + whole + rest : whole + rest.padEnd(shift, "0");
  const point = shift < 0 ? whole.length : whole.length + shift;
  return { whole: all.slice(0, point).replace(/^0+(?=\d)/, ""), rest: all.slice(point) };
}

class Builder {
  readonly start = 0;
  readonly #end = 1;
  #states = 2;
  readonly #edges: GraphEdge[] = [];

  newState(): number {
    return this.#states++;
  }

  edge(from: number, set: CodePoints, to: number): void {
    this.#edges.push({ from, to, set });
  }

  free(from: number, to: number): void {
    this.#edges.push({ from, to, set: undefined });
  }

  accept(state: number): void {
    this.free(state, this.#end);
  }

  done(): Graph {
    return { states: this.#states, edges: this.#edges, start: this.start, end: this.#end };
  }
}
