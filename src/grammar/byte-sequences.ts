/** @file Sets of characters as sequences of bytes: UTF-8, or within a string of JSON. */
import {
  ALL,
  charactersOf,
  type CodePoints,
  codePoints,
  complement,
  intersection,
  union,
} from "./code-points.js";

/** A range of values of one byte, both ends included. */
export type ByteRange = readonly [first: number, last: number];

/** The bytes of some characters: one range a byte. */
export type ByteSequence = readonly ByteRange[];

/** Ranges of digits in some base, one a place, that together are the numbers of a range. */
function digitRanges(first: number, last: number, bits: number, places: number): readonly ByteSequence[] {
  for (let place = 1; place < places; place++) {
    const mask = 2 ** (bits * place) - 1;
    if (Math.floor(first / (mask + 1)) === Math.floor(last / (mask + 1))) continue;
    const rest = first & mask;
    if (rest !== 0) {
      const end = first - rest + mask;
      return [...digitRanges(first, end, bits, places), ...digitRanges(end + 1, last, bits, places)];
    }
    if ((last & mask) !== mask) {
      const begin = last - (last & mask);
      return [...digitRanges(first, begin - 1, bits, places), ...digitRanges(begin, last, bits, places)];
    }
  }
  const digit = (value: number, place: number): number => (value >> (bits * place)) & (2 ** bits - 1);
  return [
    Array.from(
      { length: places },
      (_, i) => [digit(first, places - 1 - i), digit(last, places - 1 - i)] as const,
    ),
  ];
}

/** Bits of a character by the number of its bytes in UTF-8, and what its first byte begins with. */
const UTF8 = [
  { set: codePoints([0, 0x7f]), bytes: 1, lead: 0 },
  { set: codePoints([0x80, 0x7ff]), bytes: 2, lead: 0xc0 },
  { set: codePoints([0x800, 0xffff]), bytes: 3, lead: 0xe0 },
  { set: codePoints([0x10000, 0x10ffff]), bytes: 4, lead: 0xf0 },
] as const;

/** Characters as UTF-8. */
export const utf8Sequences = (set: CodePoints): readonly ByteSequence[] =>
  UTF8.flatMap(({ set: those, bytes, lead }) =>
    intersection(set, those).flatMap(([first, last]): readonly ByteSequence[] => {
      if (bytes === 1) return [[[first, last]]];
      return digitRanges(first, last, 6, bytes).map((places) =>
        places.map(([low, high], i) => {
          const begin = i === 0 ? lead : 0x80;
          return [begin + low, begin + high] as const;
        }),
      );
    }),
  );

/** Characters that stand in a string of JSON by an escape alone. */
const MUST_ESCAPE = union(codePoints([0, 0x1f]), charactersOf('"\\'));

/** The letters of escapes. */
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
};

const byte = (character: string): ByteRange => [character.charCodeAt(0), character.charCodeAt(0)];

/** Those that are written by hexadecimal digits: nobody writes letters so. */
const HEXADECIMAL = codePoints([0, 0x1f], [0x7f, 0xffff]);

/**
 * Characters as they stand in a string of JSON: as they are, by the escape of a letter, or, those up to U+FFFF that are no letters of ASCII, of
 * four hexadecimal digits.
 * @param spellable characters that can be written as they are
 */
export function jsonSequences(set: CodePoints, spellable: CodePoints = ALL): readonly ByteSequence[] {
  const plain = intersection(intersection(set, complement(MUST_ESCAPE)), spellable);
  const letters = Object.entries(ESCAPES).filter(([of]) => intersection(set, charactersOf(of)).length > 0);
  const hexadecimal = intersection(set, HEXADECIMAL).flatMap(([first, last]) =>
    digitRanges(first, last, 4, 4),
  );
  return [
    ...utf8Sequences(plain),
    ...letters.map(([, letter]) => [byte("\\"), byte(letter)]),
    ...hexadecimal.flatMap((places) => hexSequences(places)).map((rest) => [byte("\\"), byte("u"), ...rest]),
  ];
}

/** Digits of 4 bits as letters: a range of them is up to three of bytes. */
function hexSequences(places: ByteSequence): readonly ByteSequence[] {
  const [place, ...others] = places;
  if (place === undefined) return [[]];
  const rest = hexSequences(others);
  const letters = [
    { from: 0, to: 9, at: 0x30 },
    { from: 10, to: 15, at: 0x41 },
    { from: 10, to: 15, at: 0x61 },
  ].flatMap(({ from, to, at }): readonly ByteRange[] => {
    const [low, high] = [Math.max(from, place[0]), Math.min(to, place[1])];
    return low <= high ? [[at + low - from, at + high - from]] : [];
  });
  return letters.flatMap((letter) => rest.map((each) => [letter, ...each]));
}
