/** @file Numbers of costs, short enough for tables. */

/** `9.53 M`, `181.0 G`, `12 `: three or four figures, a space and a letter, to put a unit behind. */
export function formatCount(value: number): string {
  const units = ["", "k", "M", "G", "T", "P"];
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(scaled) : scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit]}`;
}

/** Seconds as `1.24 ms`, `35.2 us`, `2.10 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toFixed(2)} ms`;
  return seconds >= 1e-6 ? `${(seconds * 1e6).toFixed(1)} us` : `${(seconds * 1e9).toFixed(1)} ns`;
}

/** A part of a whole as `12.3 %`; empty where it is nothing. */
export const percent = (part: number, whole: number): string =>
  part === 0 || whole === 0 ? "" : `${((100 * part) / whole).toFixed(1)} %`;
