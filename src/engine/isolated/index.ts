/** @file Programs of others, each in a process that it may take with it. */
export { PluginDeathError } from "./errors.js";
export { IsolatedPlugin } from "./isolated-plugin.js";
export type { IsolationLimits } from "./limits.js";
