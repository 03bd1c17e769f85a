/** @file A place in the texts of a session that it can go back to. */
import { closeAll } from "./close-all.js";
import type { Tensors } from "./device-tensors.js";
import type { ProgramSet } from "./program-set.js";

/** A place in the texts of a session that it can go back to: a copy of its states, on the device. Close it. */
export class SessionMark implements Disposable {
  /** For `Session.mark`. */
  constructor(
    readonly model: ProgramSet,
    readonly states: Tensors,
    /** Tokens that each row had read. */
    readonly lengths: readonly number[],
    /** The model in the size that the states have. */
    readonly programs: ProgramSet,
  ) {}

  /** Frees the copy; the session stays where it is. */
  close(): void {
    closeAll(this.states.values());
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
