/** @file Damaged programs, as texts. */
import { randomNumbers } from "./random-numbers.js";

/** Tokens that turn up where they should not. */
const strays = [
  ...'(){}[]<>,:=#%@!^*?-+|"\\\n\t\0é',
  "->",
  "::",
  "loc(",
  "dense<",
  "tensor<",
  "0x",
  "-1",
  "1.0e",
  "18446744073709551616",
  "%0#9",
  "^bb0:",
  "#loc1",
  "{-#",
  "#-}",
  "array<i64: ",
  '"stablehlo.add"',
  "stablehlo.while(",
  "!quant.uniform<i8:f32, 0.5:3>",
  "affine_map<(d0) -> (d0)>",
  "((((((((",
  "[[[[[[[[",
  "complex<f32>",
  "unit",
  "true",
  "inf",
];

function damageOnce(text: string, programs: readonly string[], random: (limit: number) => number): string {
  const at = random(text.length + 1);
  const length = 1 + random(random(4) === 0 ? 200 : 8);
  const rest = text.slice(at + length);
  switch (random(9)) {
    case 0:
      return text.slice(0, at) + rest;
    case 1:
      return text.slice(0, at + length) + text.slice(at);
    case 2:
      return text.slice(0, at) + strays[random(strays.length)]! + text.slice(at);
    case 3:
      return text.slice(0, at) + strays[random(strays.length)]! + rest;
    case 4: {
      const other = programs[random(programs.length)]!;
      const from = random(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + length * 4) + rest;
    }
    case 5: {
      const from = random(text.length + 1);
      return text.slice(0, at) + text.slice(from, from + length) + rest;
    }
    default:
      // Other numbers, so that more of the damaged programs still parse.
      return text.slice(0, at) + text.slice(at).replace(/\d+/, String(random(20) - 2));
  }
}

/** A program with one to four damages. */
export function damage(programs: readonly string[], seed: number): string {
  const random = randomNumbers(seed);
  let text = programs[random(programs.length)]!;
  for (let left = random(2) === 0 ? 1 : 1 + random(4); left > 0; left--)
    text = damageOnce(text, programs, random);
  return text;
}
