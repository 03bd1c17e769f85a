/** @file For tests: which texts a grammar has. */
import { automatonOf, type Grammar, type Place, Recognizer, textOf } from "../../src/grammar/index.js";
import { wholeMatches, type RegexOptions } from "../../src/grammar/regex/index.js";

/** The grammar of an expression's whole matches. */
export const regexGrammar = (source: string, options: RegexOptions = {}): Grammar => ({
  rules: new Map([["", textOf(wholeMatches(source, options), false)]]),
  root: "",
  nameOf: () => "the expression",
});

/** Whether a text is of a grammar. */
export function accepts(grammar: Grammar, text: string): boolean {
  return accepting(grammar)(text);
}

/** The same of many texts. */
export function accepting(grammar: Grammar): (text: string) => boolean {
  const recognizer = new Recognizer(automatonOf(grammar));
  return (text) => {
    let place: Place | undefined = recognizer.start;
    for (const byte of Buffer.from(text)) {
      place = recognizer.next(place, byte);
      if (place === undefined) return false;
    }
    return place.isComplete;
  };
}

/** A text of a grammar, byte by byte, by the numbers that `choose` gives; it ends soon after so many bytes, where it may. */
export function someText(grammar: Grammar, choose: (options: number) => number): string {
  const recognizer = new Recognizer(automatonOf(grammar));
  const bytes: number[] = [];
  let place = recognizer.start;
  while (!place.isFinal && !(place.isComplete && choose(3) === 0)) {
    const options = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) =>
      recognizer.next(place, byte),
    );
    // What ends strings, arrays and objects comes often enough.
    const closing = options.filter((byte) => '"]}'.includes(String.fromCharCode(byte)));
    const from = closing.length > 0 && choose(3) === 0 ? closing : options;
    const byte = from[choose(from.length)]!;
    bytes.push(byte);
    place = recognizer.next(place, byte)!;
  }
  return Buffer.from(bytes).toString("utf8");
}
