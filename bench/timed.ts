/** @file Time by the clock and of all cores: on a machine that others use too, only the second says what a program costs. */

/** What a run made, ms by the clock, and ms of all cores together. */
export async function timed<T>(
  run: () => Promise<T>,
): Promise<readonly [made: T, clock: number, cores: number]> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const made = await run();
  const { user, system } = process.cpuUsage(before);
  return [made, performance.now() - start, (user + system) / 1000];
}

/**
 * The least ms of several runs after one that does not count, by the clock and of all cores.
 * @param leastMs so long is gone on, however many runs that are
 */
export async function leastOf(
  runs: number,
  run: () => Promise<unknown>,
  leastMs = 0,
): Promise<readonly [clock: number, cores: number]> {
  await run();
  const samples: (readonly [number, number])[] = [];
  const start = performance.now();
  while (samples.length < runs || performance.now() - start < leastMs) {
    const [, clock, cores] = await timed(run);
    samples.push([clock, cores]);
  }
  return [Math.min(...samples.map(([clock]) => clock)), Math.min(...samples.map(([, cores]) => cores))];
}
