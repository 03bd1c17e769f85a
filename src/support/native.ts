/** @file What all who load native libraries through koffi do alike, whoever is first. koffi is given, or asked for when it is wanted: most of the package runs without. */
import type koffi from "koffi";
import { isMainThread } from "node:worker_threads";

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

/** What the dynamic loader finds a library by, on each platform. */
export type LibraryNames = Readonly<Partial<Record<NodeJS.Platform, string>>>;

/**
 * A library that belongs to the system. None for Windows, whose loader also looks into the folder that a process was started in.
 * @returns undefined where there is no such library, and in worker threads, which may end while a call is under way
 */
export async function systemLibrary(names: LibraryNames): Promise<ReturnType<Koffi["load"]> | undefined> {
  const name = names[process.platform];
  if (name === undefined || !isMainThread) return undefined;
  try {
    const { default: koffi } = await import("koffi");
    if (!areDeep(configureStacks(koffi))) return undefined;
    const library = koffi.load(name);
    keepLoaded(koffi, name);
    return library;
  } catch {
    return undefined;
  }
}

/** A function of such a library, by its declaration in C; undefined also where the library does not have it. */
export async function systemFunction(
  names: LibraryNames,
  declaration: string,
): Promise<ReturnType<ReturnType<Koffi["load"]>["func"]> | undefined> {
  const library = await systemLibrary(names);
  try {
    return library?.func(declaration);
  } catch {
    return undefined;
  }
}
