/** @file What all who load native libraries through koffi do alike, whoever is first. It is given koffi: most of the package runs without. */
import type koffi from "koffi";

type Koffi = typeof koffi;

/** Compiling deeply nested programs recurses deeply; koffi's own stacks (2 MiB, 128 KiB async) overflow and kill the process. */
const STACK_BYTES = 16 << 20;
export const SMALLEST_STACK_BYTES = 8 << 20;

/** Stacks that native calls run on, bytes. */
export interface Stacks {
  readonly sync: number;
  readonly async: number;
}

let stacks: Stacks | undefined;

/** Asks for deep stacks, once and before a library is loaded: afterwards they stay as they are. Gives what there is. */
export function configureStacks(koffi: Koffi): Stacks {
  if (stacks !== undefined) return stacks;
  try {
    koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
  } catch {
    // Another package loaded a library through koffi before us and froze the settings: they may still do.
  }
  const { sync_stack_size = 0, async_stack_size = 0 } = koffi.config();
  stacks = { sync: sync_stack_size, async: async_stack_size };
  return stacks;
}

/** Whether they are deep enough for all that we call. */
export const areDeep = ({ sync, async }: Stacks): boolean => Math.min(sync, async) >= SMALLEST_STACK_BYTES;

/** `dlopen` flags that find a loaded library and keep it, by platform: RTLD_NOW, RTLD_NOLOAD, RTLD_NODELETE. */
const KEEP_FLAGS: Readonly<Partial<Record<NodeJS.Platform, number>>> = { linux: 0x1006, darwin: 0x92 };

/**
 * Keeps a library loaded until the process is gone. koffi unloads libraries when Node tears down, while calls of other threads
 * may be in them, and before the C library runs the exit handlers that they have registered, as XLA does.
 */
export function keepLoaded(koffi: Koffi, path: string): void {
  const flags = KEEP_FLAGS[process.platform];
  if (flags !== undefined) koffi.load(null).func("void *dlopen(const char *path, int flags)")(path, flags);
}
