/** @file Where a text stops being one that a vocabulary can spell. */

/** Characters that are shown on either side of one. */
const AROUND = 12;

/**
 * The character of a text that a vocabulary lacks, with its code point and its place, counted in characters from 1.
 * @param canSpell whether the vocabulary has tokens for a text; false for `text`, and asked log2 of its length times
 */
export function missingCharacter(text: string, canSpell: (start: string) => boolean): string {
  const characters = Array.from(text);
  let [spelt, lacking] = [0, characters.length];
  while (lacking - spelt > 1) {
    const middle = (spelt + lacking) >> 1;
    if (canSpell(characters.slice(0, middle).join(""))) spelt = middle;
    else lacking = middle;
  }
  const character = characters[spelt]!;
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  const around = characters.slice(Math.max(0, spelt - AROUND), lacking + AROUND).join("");
  return `${JSON.stringify(character)} (U+${code}), character ${lacking}, in ${JSON.stringify(around)}`;
}
