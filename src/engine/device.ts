/** @file Where a program runs: on a client of this process, or by a plugin in a process of its own. */
import type { Client } from "../runtime-pjrt/index.js";
import { type WaitOptions, waitFor } from "../support/wait.js";
import { type Execution, executeOnce, type HostValue } from "./execute.js";
import { IsolatedPlugin } from "./isolated/index.js";

/** What rules for programs ask of it (`verifyForClient`). @throws EnvironmentError when the plugin cannot be loaded; PjrtError; AbortedError */
export const factsOf = async (device: Client | IsolatedPlugin, wait: WaitOptions = {}) =>
  device instanceof IsolatedPlugin ? device.facts(wait) : device;

/** Compiles a program and runs it once. @returns its results in order @throws PjrtError; PluginDeathError; AbortedError */
export const executeOn = (
  device: Client | IsolatedPlugin,
  execution: Execution,
  wait: WaitOptions = {},
): Promise<readonly HostValue[]> =>
  device instanceof IsolatedPlugin
    ? device.execute(execution, wait)
    : waitFor("running the program", wait, () => executeOnce(device, execution));
