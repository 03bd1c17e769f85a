/** @file Damaged artifacts, as bytes. */
import { randomNumbers } from "./random-numbers.js";

type Random = (limit: number) => number;

/** Another value for a byte; half of them keep their lowest bit, so that integers keep their lengths. */
function otherByte(byte: number, bytes: Uint8Array, random: Random): number {
  switch (random(6)) {
    case 0:
      return byte ^ (1 << random(8));
    case 1:
      return random(256);
    case 2:
      return (byte + 2) & 0xff;
    case 3:
      return (byte - 2) & 0xff;
    case 4:
      return bytes[random(bytes.length)]! | (byte & 1);
    default:
      return (random(40) << 1) | (byte & 1);
  }
}

function damageOnce(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random(bytes.length);
  const length = 1 + random(12);
  const [before, rest] = [bytes.subarray(0, at), bytes.subarray(at + length)];
  switch (random(10)) {
    case 0:
      return before.slice();
    case 1:
      return Uint8Array.from([...before, ...rest]);
    case 2:
      return Uint8Array.from([
        ...before,
        ...bytes.subarray(random(bytes.length)).subarray(0, length),
        ...bytes.subarray(at),
      ]);
    default: {
      const copy = bytes.slice();
      copy[at] = otherByte(copy[at]!, bytes, random);
      return copy;
    }
  }
}

/** An artifact with one to four damages. */
export function damage(artifacts: readonly Uint8Array[], seed: number): Uint8Array {
  const random = randomNumbers(seed);
  let bytes = artifacts[random(artifacts.length)]!;
  for (let left = random(3) === 0 ? 1 + random(4) : 1; left > 0 && bytes.length > 0; left--)
    bytes = damageOnce(bytes, random);
  return bytes;
}
