/**
 * @file The foreign function interface of plugins, and the only file of theirs that knows koffi: load a library, call a C function that
 * takes one pointer, look at memory. Pointers are bigint, null is 0n.
 */
import { isMainThread } from "node:worker_threads";
import koffi from "koffi";
import { EnvironmentError, InternalError } from "../support/errors.js";
import { areDeep, configureStacks, keepLoaded, SMALLEST_STACK_BYTES } from "../support/native.js";
import { checkMainThread } from "./main-thread.js";

/** A C function `void* f(void* argument)`. */
export interface NativeFunction {
  call(argument: bigint): bigint;
  /** Runs on a thread of its own; everything the argument points to must stay reachable until it settles. */
  callOnThread(argument: bigint): Promise<bigint>;
}

/** A loaded shared library. It is never unloaded: XLA's threads live in it. */
export interface Library {
  readonly path: string;
  /** Calls an exported `void* f(void)`; undefined if the library exports no such function. */
  callExported(name: string): bigint | undefined;
}

let configured = false;

function configureOnce(): void {
  if (configured) return;
  checkMainThread();
  const stacks = configureStacks(koffi);
  if (!areDeep(stacks)) {
    throw new EnvironmentError({
      message: "another package has loaded a library through koffi with stacks too small for XLA",
      expected: `stacks of at least ${SMALLEST_STACK_BYTES} bytes`,
      got: `sync ${stacks.sync}, async ${stacks.async} bytes`,
      hint: "import stablegriffin before that package",
    });
  }
  configured = true;
}

// Without names: koffi refuses a name twice, and a process may hold two copies of this module.
const prototype = koffi.proto("void *", ["void *"]);
const deleterPrototype = koffi.proto("void", ["void *"]);
const libraries = new Map<string, Library>();

/**
 * Loads a shared library, once per path and process.
 * @param options.global makes its symbols visible to libraries loaded later (CUDA's own libraries need it)
 * @throws EnvironmentError with the loader's words, if it is not a library for this machine
 */
export function loadLibrary(path: string, options: { readonly global?: boolean } = {}): Library {
  configureOnce();
  const known = libraries.get(path);
  if (known !== undefined) return known;
  let handle: ReturnType<typeof koffi.load>;
  try {
    handle = koffi.load(path, { global: options.global ?? false });
  } catch (error) {
    throw new EnvironmentError({
      message: `cannot load ${path}`,
      expected: "a shared library for this machine",
      got: error instanceof Error ? error.message : String(error),
      hint: "is this the path of a PJRT plugin, and of this machine's architecture?",
    });
  }
  keepLoaded(koffi, path);
  const library: Library = {
    path,
    callExported(name) {
      try {
        return (handle.func(name, "void *", [])() as bigint | null) ?? 0n;
      } catch {
        return undefined;
      }
    },
  };
  libraries.set(path, library);
  return library;
}

/** The function at an address. */
export function functionAt(address: bigint): NativeFunction {
  const decoded = koffi.decode(address, prototype) as ((argument: bigint) => bigint | null) & {
    async(argument: bigint, done: (error: unknown, result: bigint | null) => void): void;
  };
  return {
    call: (argument) => decoded(argument) ?? 0n,
    callOnThread: (argument) =>
      new Promise((resolve, reject) =>
        decoded.async(argument, (error, result) => (error ? reject(error) : resolve(result ?? 0n))),
      ),
  };
}

/** Calls a `void f(void*)` whose address a plugin handed out, such as the deleter of serialised bytes. */
export function callDeleter(address: bigint, argument: bigint): void {
  if (address !== 0n) koffi.call(address, deleterPrototype, argument);
}

/** The address of an array's first byte; it stays valid as long as the array is reachable. 0n for an empty array. */
export function addressOf(array: ArrayBuffer | ArrayBufferView): bigint {
  if (array.byteLength === 0) return 0n;
  const address = koffi.address(array);
  if (address === 0n) throw new InternalError("an array has no address: detached?");
  return address;
}

/** Size of large pages on all processors that Linux calls by this name, and the smallest page that a call can be about. */
const LARGE_PAGE_BYTES = 2 << 20;
const PAGE_BYTES = 4096;
const MADV_HUGEPAGE = 14;

let advise: ((address: bigint, length: number, advice: number) => number) | undefined;

/**
 * Asks Linux to give memory in pages of 2 MiB, before it is written to; nothing elsewhere. Filling 353 MB takes 105 ms instead of 155,
 * and programs stream weights from it faster: a decode step of the 88M model in f32 takes 11 % less.
 */
export function preferLargePages(memory: ArrayBuffer): void {
  if (process.platform !== "linux" || !isMainThread || memory.byteLength < LARGE_PAGE_BYTES) return;
  configureOnce();
  advise ??= koffi
    .load(null)
    .func("int madvise(uintptr_t address, size_t length, int advice)") as NonNullable<typeof advise>;
  const address = addressOf(memory);
  const past = Number(address % BigInt(PAGE_BYTES));
  const skipped = past === 0 ? 0 : PAGE_BYTES - past;
  // Advice that the kernel does not take does no harm.
  advise(address + BigInt(skipped), memory.byteLength - skipped, MADV_HUGEPAGE);
}

/** Parameters of glibc's allocator: how much free memory at the heap's end goes back, and what size is mapped by itself. */
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const LARGEST = 2 ** 31 - 1;

/**
 * Asks glibc to keep memory that was freed, for the next of its size, instead of mapping new pages each time; nothing on other systems.
 * A result of 42 MB costs 8 ms of mapping otherwise, four times what writing it takes. Heaps of threads hold 64 MB each; what is larger
 * is mapped as before (one heap for all threads would keep it, and makes compiling 1.5 times as slow).
 */
export function keepFreedMemory(): void {
  if (process.platform !== "linux" || !isMainThread) return;
  configureOnce();
  try {
    const mallopt = koffi.load(null).func("int mallopt(int parameter, int value)");
    mallopt(M_TRIM_THRESHOLD, LARGEST);
    mallopt(M_MMAP_THRESHOLD, LARGEST);
  } catch {
    // Another C library, which has no such function.
  }
}

/** A copy of `length` bytes of native memory. Always a copy: the memory may be freed while the bytes are in use. */
export function copyBytes(address: bigint, length: number): Uint8Array<ArrayBuffer> {
  if (address === 0n || length === 0) return new Uint8Array(0);
  return new Uint8Array(koffi.view(address, length).slice(0));
}

/** Ends the process at once, without running destructors of loaded libraries. */
export function endProcess(code: number): void {
  koffi.load(null).func("void _exit(int code)")(code);
}

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Asks Linux to kill this process when the one that started it ends, however it ends and whatever this one is busy with. */
export function endWithParent(): void {
  if (process.platform !== "linux") return;
  configureOnce();
  koffi.load(null).func("int prctl(int option, unsigned long value)")(PR_SET_PDEATHSIG, SIGKILL);
}
