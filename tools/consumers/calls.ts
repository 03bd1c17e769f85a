/** @file The calls that every consumer makes: a prompt in two pieces, the first padded in front, then some tokens one by one. */
import type { Model } from "../../src/engine/index.js";
import type { DeviceBuffer } from "../../src/runtime-pjrt/index.js";
import type { ProgramKey } from "../../src/serving/index.js";

/** Tokens of a prompt's first piece, of its second, and after it. */
const FIRST = 5;
const DECODED = 3;

/** One run of one program; rows of [batch, time]. */
export interface Call {
  readonly program: string;
  readonly key: ProgramKey;
  readonly tokens: readonly (readonly number[])[];
  readonly segment_pos: readonly (readonly number[])[];
}

/** Calls of programs with this batch and chunk; the tokens are the same at each run. */
export function makeCalls(batch: number, chunk: number, vocab: number): readonly Call[] {
  const token = (row: number, position: number) => 3 + ((position * 7919 + row * 104_729) % (vocab - 3));
  const call = (kind: "prefill" | "extend" | "decode", time: number, begin: number): Call => {
    const positions = Array.from({ length: time }, (_, i) => (begin + i < 0 ? -1 : begin + i));
    const rows = Array.from({ length: batch }, (_, row) => row);
    return {
      program: `${kind}_${batch}x${time}`,
      key: { kind, batch, time },
      tokens: rows.map((row) => positions.map((position) => (position < 0 ? 0 : token(row, position)))),
      segment_pos: rows.map(() => positions),
    };
  };
  return [
    call("prefill", chunk, FIRST - chunk),
    call("extend", chunk, FIRST),
    ...Array.from({ length: DECODED }, (_, i) => call("decode", 1, FIRST + chunk + i)),
  ];
}

/** Our own logits of each call, [batch, vocab] f32. */
export async function ourLogits(model: Model, calls: readonly Call[]): Promise<readonly Float32Array[]> {
  const { client } = model;
  const all: Float32Array[] = [];
  let states: ReadonlyMap<string, DeviceBuffer> = new Map();
  for (const { key, tokens, segment_pos } of calls) {
    const dimensions = [key.batch, key.time];
    const place = (rows: Call["tokens"]) =>
      client.toDevice({ elementType: "i32", dimensions, data: Int32Array.from(rows.flat()) });
    const inputs = new Map([
      ["tokens", await place(tokens)],
      ["segment_pos", await place(segment_pos)],
    ]);
    const results = await model.run(key, inputs, states);
    const bytes = await results.outputs.get("logits")!.toHost();
    all.push(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4));
    for (const buffer of [...inputs.values(), ...results.outputs.values()]) buffer.close();
    states = results.states;
  }
  for (const state of states.values()) state.close();
  return all;
}
