/** @file One file of a sample, damaged: texts as texts, bytes as bytes. */
import { damage as damageBytes } from "../conformance/damage-bytes.js";
import { damage as damageText } from "../conformance/damage-text.js";
import { randomNumbers } from "../conformance/random-numbers.js";
import type { Files, Format } from "./format.js";

/** The text of a file, or undefined for bytes that are none. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A sample with one file damaged, or one that is lied about, the same for the same seed. */
export function damaged(samples: readonly Files[], seed: number, lies?: Format["lies"]): Files {
  const random = randomNumbers(seed ^ 0x5bd1e995);
  const sample = samples[random(samples.length)]!;
  if (lies !== undefined) return lies(sample, random);
  const names = Object.keys(sample);
  const name = names[random(names.length)]!;
  const bytes = sample[name]!;
  const text = random(8) === 0 ? undefined : textOf(bytes);
  const changed =
    text === undefined ? damageBytes([bytes], seed) : new TextEncoder().encode(damageText([text], seed));
  return { ...sample, [name]: changed };
}
