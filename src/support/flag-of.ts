/** @file Options of programs, as the command line has them. */

/** `--scan-block`, of `scanBlock`. */
export const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
