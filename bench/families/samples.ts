/** @file Samples of all results, in files of a folder, and whether those of all forms agree. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EnvironmentError } from "../../src/support/errors.js";

/** A form of a case, by its names. */
interface Form {
  readonly case: string;
  readonly direction: string;
  readonly form: string;
}

/** Where the time of a form is found, by the clock or of all cores. */
export const figureName = ({ case: name, direction, form }: Form, of: "clock" | "cores"): string =>
  [name, direction, form, of].join(" | ");

/** At most about so many numbers of a result are compared. */
const SAMPLED = 20_000;

/** The reference has the same: an odd stride meets all channels where their number is a power of two. */
const strideOf = (count: number): number => Math.floor(count / SAMPLED) | 1;

/** How far results may be apart, relative to the largest of one: sums of f32 in another order. */
const TOLERANCE = 1e-4;

/** Keeps some of the numbers of a result; nothing without a folder. */
export async function writeSample(
  folder: string | undefined,
  { case: name, direction, form, result }: Form & { readonly result: string },
  data: Float32Array,
): Promise<void> {
  if (folder === undefined) return;
  const into = join(folder, name, direction, form);
  await mkdir(into, { recursive: true });
  const stride = strideOf(data.length);
  await writeFile(
    join(into, `${result}.f32`),
    data.filter((_, i) => i % stride === 0),
  );
}

async function readSample(file: string): Promise<Float32Array> {
  const { buffer, byteOffset, byteLength } = await readFile(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** How far two samples are apart, relative to the largest number; Infinity where one is not finite or of another size. */
export function distance(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [largest, apart] = [0, 0];
  for (const [i, wanted] of expected.entries()) {
    const difference = Math.abs(actual[i]! - wanted);
    if (!Number.isFinite(difference)) return Infinity;
    apart = Math.max(apart, difference);
    largest = Math.max(largest, Math.abs(wanted));
  }
  return apart === 0 ? 0 : apart / largest;
}

/**
 * Holds every sample of all forms in a folder against that of `ours`.
 * @returns how many were compared
 * @throws EnvironmentError with all that are apart, and for forms with other results
 */
export async function checkSamples(folder: string, ours: string): Promise<number> {
  const wrong: string[] = [];
  let compared = 0;
  for (const name of await readdir(folder)) {
    for (const direction of await readdir(join(folder, name))) {
      const at = join(folder, name, direction);
      const results = (await readdir(join(at, ours))).sort();
      for (const form of await readdir(at)) {
        const what = `${name}, ${direction}, ${form}`;
        const own = (await readdir(join(at, form))).sort();
        if (own.join() !== results.join())
          wrong.push(`${what}: its results are ${own.join()}, not ${results.join()}`);
        for (const result of own.filter((file) => form !== ours && results.includes(file))) {
          const apart = distance(
            await readSample(join(at, form, result)),
            await readSample(join(at, ours, result)),
          );
          compared++;
          if (!(apart <= TOLERANCE)) wrong.push(`${what}: ${result} is off by ${apart.toExponential(1)}`);
        }
      }
    }
  }
  if (wrong.length === 0) return compared;
  throw new EnvironmentError({
    message: "the forms of a family do not compute the same",
    expected: `differences of at most ${TOLERANCE}, relative to the largest number of a result`,
    details: wrong,
  });
}
