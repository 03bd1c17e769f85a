/** @file What libtpu needs to live in a Node process, on machines with a TPU and without. */
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { endProcess } from "./ffi.js";

/** What libtpu would otherwise ask the cloud's metadata server for, which hangs where there is none. */
const ENVIRONMENT_WITHOUT_TPU = {
  TPU_SKIP_MDS_QUERY: "1",
  TPU_WORKER_HOSTNAMES: "localhost",
  TPU_ACCELERATOR_TYPE: "v5litepod-1",
};

/** What to do where a TPU is asked for and none is there. */
export const NO_TPU_HINT =
  'no TPU on this machine: run on a TPU host, use another plugin, or compile ahead of time (createTopology("v5e:2x2"))';

/** Whether a library is libtpu, by its name. */
export function isLibtpu(path: string): boolean {
  return /^libtpu/.test(basename(path));
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether the kernel shows a TPU to this machine. */
export function hasTpu(): boolean {
  return (
    names("/dev").some((name) => /^accel\d+$/.test(name)) ||
    names("/dev/vfio").some((name) => /^\d+$/.test(name))
  );
}

/** Call before loading libtpu. What the user has set stays. */
export function prepareForLibtpu(): void {
  if (!hasTpu()) {
    for (const [name, value] of Object.entries(ENVIRONMENT_WITHOUT_TPU)) process.env[name] ??= value;
  }
  process.on("exit", endWithLibtpu);
}

/**
 * libtpu's threads tick by SIGPROF, and Node resets all signal handlers before it ends: the next tick would kill the process, with
 * exit code 155. So the process ends here, after everyone else's exit listeners, without the teardown of either.
 */
function endWithLibtpu(code: number): void {
  const listeners = process.listeners("exit");
  for (const listener of listeners.slice(listeners.indexOf(endWithLibtpu) + 1)) listener(code);
  endProcess(Number(process.exitCode ?? code));
}
