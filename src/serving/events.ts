/** @file What happens while a model gets ready, for a progress line. */

/** One step of it; what takes long is told when it begins, and again with its time in ms when it ends. */
export type ModelEvent =
  | { readonly phase: "weights"; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly phase: "lower"; readonly program: string; readonly ms: number }
  | {
      readonly phase: "compile";
      readonly program: string;
      readonly ms?: number;
      /** Who made it: the plugin's compiler now, or before (kept in the compile cache, or stored in an artifact). */
      readonly from?: ProgramSource;
    }
  /** A stored executable was not taken, and why; the program is compiled instead. */
  | { readonly phase: "rejected"; readonly program: string; readonly reason: string };

/** Where a compiled program came from. */
export type ProgramSource = "compiler" | "cache" | "artifact";
