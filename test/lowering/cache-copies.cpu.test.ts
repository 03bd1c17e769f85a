/** @file A token is written to a cache in its place: the compiled program copies no cache, and reads it as it lies. */
import { describe, expect, it } from "vitest";
import { countModule, moduleFromProto } from "../../src/cost/index.js";
import {
  attention,
  axis,
  type CacheKind,
  input,
  kvCacheUpdate,
  program,
  state,
} from "../../src/dsl/index.js";
import { costRequest, lowerProgram } from "../../src/engine/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();

const SLOTS = 1024;

/** One token of each sequence: what it sees of a cache, and the cache with it. */
const decoding = (kind: CacheKind, sequences: number, groups: number) =>
  program({ name: "decode" }, () => {
    const [batch, time, heads] = [axis("batch", sequences), axis("time", 1), axis("heads", 4)] as const;
    const [slots, group, head] = [axis("slots", SLOTS), axis("groups", groups), axis("head", 16)] as const;
    const position = input("position", [batch, time], "i32");
    const [k, v] = [
      input("k", [batch, time, group, head], "f32"),
      input("v", [batch, time, group, head], "f32"),
    ];
    const [keys, values] = [
      state("keys", [batch, slots, group, head], "f32"),
      state("values", [batch, slots, group, head], "f32"),
    ];
    const seen = attention({
      q: input("q", [batch, time, heads, head], "f32"),
      k,
      v,
      segmentPos: position,
      cache: { kind, keys: keys.value, values: values.value },
      numTokens: input("num_tokens", [batch], "i32"),
      axes: { time: "time", slots: "slots", channels: "head" },
      scale: 0.25,
    });
    keys.update(kvCacheUpdate(keys.value, k, position, kind));
    values.update(kvCacheUpdate(values.value, v, position, kind));
    return { seen };
  });

/** Instructions of the compiled program that write as many bytes as a cache has. */
async function writers(kind: CacheKind, sequences: number, groups: number): Promise<readonly string[]> {
  const lowered = lowerProgram(decoding(kind, sequences, groups), { target: "cpu", prepare: false });
  using executable = await cpu.client.compile(costRequest(lowered.module, "cpu"));
  const { instructions } = countModule(moduleFromProto(executable.program.optimizedHlo()!));
  const bytes = sequences * SLOTS * groups * 16 * 4;
  return [...instructions].filter(({ written }) => (written?.hbm ?? 0) >= bytes).map(({ opcode }) => opcode);
}

describe("a cache that one token is written to", () => {
  it.each([
    ["growing", 1, 1],
    ["growing", 3, 1],
    ["growing", 1, 2],
    ["ring", 1, 1],
    ["ring", 3, 1],
    ["ring", 1, 2],
  ] as const)(
    "is neither copied nor reordered: %s, sequences: %i, heads of keys: %i",
    async (kind, sequences, groups) => {
      expect(await writers(kind, sequences, groups)).toEqual([]);
    },
  );
});
