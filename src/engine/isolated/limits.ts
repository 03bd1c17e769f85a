import type { OptionNames } from "../../support/options.js";

/** @file What a process that runs the programs of others may take. */

/** Bounds of a process of its own; none by default. */
export interface IsolationLimits {
  /** For one program, from the request to its results, in ms. Loading the plugin does not count. */
  readonly timeoutMs?: number | undefined;
  /**
   * Resident memory of the whole process, in bytes: Node and plugin take some 200 MB of it. It is looked at 20 times a second, so a
   * program may go a little over it before it is ended.
   */
  readonly memoryBytes?: number | undefined;
}

export const ISOLATION_LIMITS: OptionNames<IsolationLimits> = {
  timeoutMs: true,
  memoryBytes: true,
};
