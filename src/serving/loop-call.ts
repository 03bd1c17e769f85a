/** @file A program that makes several tokens of each row in one call, with what stays the same from call to call. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import type { Tensors } from "./device-tensors.js";
import type { LoadedProgram } from "./loaded-program.js";
import type { Loop } from "./loop-choice.js";
import { endingTokens, LOOP_INPUTS, loopKeyOf } from "./loop-key.js";
import type { ProgramSet } from "./program-set.js";

/** What a loop takes of who draws, or gives back. */
export interface Drawing {
  readonly inputs: Tensors;
  readonly states: Tensors;
}

/** Runs a loop with what is drawn with: its outputs, which the caller closes, and the states of who draws. */
export type LoopRun = (drawing: Drawing) => Promise<{ readonly outputs: Tensors; readonly states: Tensors }>;

/** Close it; the program is its model's. */
export class LoopCall implements Disposable {
  private constructor(
    /** In whose size the program takes states. */
    readonly model: ProgramSet,
    readonly program: LoadedProgram,
    /** Tokens of each row, at most. */
    readonly steps: number,
    private readonly ends: DeviceBuffer,
  ) {}

  /** Puts the tokens that end a row on the device. @throws PjrtError */
  static async open(model: ProgramSet, { program, eosIds }: Loop): Promise<LoopCall> {
    const data = endingTokens(eosIds, model.generation.vocabSize);
    const ends = await model.client.toDevice({ elementType: "i1", dimensions: [data.length], data });
    return new LoopCall(model, program, loopKeyOf(program.interface).steps, ends);
  }

  /** What the loop takes beside the batch's tokens and places, and what is drawn with. */
  inputs(limits: DeviceBuffer): Tensors {
    return new Map([
      [LOOP_INPUTS.limits, limits],
      [LOOP_INPUTS.ends, this.ends],
    ]);
  }

  close(): void {
    this.ends.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
