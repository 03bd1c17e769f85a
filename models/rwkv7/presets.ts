/** @file Published sizes (RWKV7 Goose, World), and one for tests. */
import type { Rwkv7Config } from "./config.js";

const published = (
  width: number,
  numLayers: number,
  [decayRank, rateRank, valueRank, gateRank]: readonly [number, number, number, number],
): Rwkv7Config => ({
  vocabSize: 65_536,
  width,
  numLayers,
  headWidth: 64,
  hidden: 4 * width,
  decayRank,
  rateRank,
  valueRank,
  gateRank,
  normEps: 1e-5,
  normBias: true,
  dtype: "bf16",
  bosId: 0,
  eosIds: [0],
  padId: 0,
});

export const rwkv7Presets = {
  "rwkv7-0.1b": published(768, 12, [64, 64, 32, 128]),
  "rwkv7-0.4b": published(1024, 24, [64, 64, 32, 128]),
  "rwkv7-1.5b": published(2048, 24, [96, 96, 64, 256]),
  "rwkv7-2.9b": published(2560, 32, [96, 96, 64, 320]),
  "tiny-rwkv7": { ...published(32, 2, [8, 8, 4, 8]), vocabSize: 64, headWidth: 16, hidden: 96, dtype: "f32" },
} as const satisfies Readonly<Record<string, Rwkv7Config>>;
