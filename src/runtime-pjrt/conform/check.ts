/** @file What a conformance check is. */
import { isDeepStrictEqual } from "node:util";
import type { Client } from "../client.js";
import { PjrtError } from "../errors.js";
import type { Plugin } from "../plugin.js";

/** What a check may use. */
export interface CheckContext {
  readonly plugin: Plugin;
  /** Devices to run on. A check that asks for it is skipped where there are none. */
  readonly client: () => Client;
}

/** One behaviour that a plugin should have. */
export interface Check {
  /** `group.behaviour`, stable. */
  readonly name: string;
  /** Throws to fail; an UnsupportedByPluginError means that the plugin cannot do this. */
  readonly run: (context: CheckContext) => Promise<void> | void;
}

/** Checks of one group, by name. */
export function checks(group: string, runs: Readonly<Record<string, Check["run"]>>): readonly Check[] {
  return Object.entries(runs).map(([name, run]) => ({ name: `${group}.${name}`, run }));
}

/** Thrown by a check that cannot run here. */
export class SkippedCheck extends Error {}

/** Thrown by a check that finds that the plugin cannot do this, where the plugin says so by another code. */
export class UnsupportedCheck extends Error {}

/** Runs something that a plugin without a compiler for descriptions answers with NOT_FOUND. */
export async function withTopologyCompiler<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof PjrtError && /No compiler/.test(error.message))
      throw new UnsupportedCheck(error.pluginMessage);
    throw error;
  }
}

/** @throws Error with both values unless they are deeply equal */
export function same(actual: unknown, expected: unknown, what = "value"): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what}: want ${show(expected)}, got ${show(actual)}`);
}

/** @throws Error unless the condition holds */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** @throws Error unless the call rejects with a message that matches */
export async function rejects(run: () => unknown, pattern: RegExp): Promise<void> {
  try {
    await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (pattern.test(message)) return;
    throw error;
  }
  throw new Error(`no error, want one that matches ${pattern}`);
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `${item}n` : item));
}
