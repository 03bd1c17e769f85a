/** @file Texts that end a sequence, wherever they stand: in one token, or across the border of several. */
import { UsageError } from "../support/errors.js";
import { shown } from "../support/given.js";

/** What may be told of a text that goes on. */
export interface StoppedText {
  /** Certain to stand before any stop. */
  readonly text: string;
  /** Whether a stop has come; it is no part of the text. */
  readonly stopped: boolean;
}

/** @throws UsageError for an empty stop, which every text has, and for what is no list of texts */
export function checkStops(stops: readonly string[]): void {
  if (!Array.isArray(stops) || Array.from(stops).some((stop) => typeof stop !== "string")) {
    throw new UsageError({
      message: "stop strings are a list of texts",
      expected: '["\\n"]',
      got: shown(stops),
    });
  }
  if (!stops.includes("")) return;
  throw new UsageError({ message: "a stop string is empty", expected: "at least one character" });
}

/** Finds the first of some stops in a text that comes in pieces. */
export class StopStrings {
  #held = "";

  /** @throws UsageError as `checkStops` */
  constructor(private readonly stops: readonly string[]) {
    checkStops(stops);
  }

  /** What is certain now; what may be the beginning of a stop is held back. */
  push(piece: string): StoppedText {
    const text = this.#held + piece;
    const found = this.stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.#held = "";
      return { text: text.slice(0, Math.min(...found)), stopped: true };
    }
    const begins = (at: number): boolean => this.stops.some((stop) => stop.startsWith(text.slice(at)));
    const longest = Math.max(0, ...this.stops.map((stop) => stop.length - 1));
    let at = Math.max(0, text.length - longest);
    while (at < text.length && !begins(at)) at += 1;
    this.#held = text.slice(at);
    return { text: text.slice(0, at), stopped: false };
  }

  /** What was held back, when no text follows. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}
