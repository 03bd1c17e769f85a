/** @file What goes on later, as files: a session of a model, and a training. The models are ours and made of nothing but what is asked of them. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openData } from "../../src/data/index.js";
import { History } from "../../src/engine/train/history.js";
import { openState, STATE_FILE, writeState } from "../../src/engine/train/state-file.js";
import { type ProgramSet, restoreSession, saveSession, Session } from "../../src/serving/index.js";
import type { Argument } from "../../src/program/interface.js";
import { digestOf } from "./digest.js";
import type { Files, Format } from "./format.js";

/** What `write` writes below a folder of its own. */
async function written(name: string, write: (folder: string) => Promise<unknown>): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-fuzz-"));
  try {
    await write(folder);
    return { [name]: new Uint8Array(await readFile(join(folder, name))) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const counted = (bytes: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: bytes }, (_, i) => i % 251);

interface Buffer {
  readonly elementType: string;
  readonly dimensions: readonly number[];
  readonly data: Uint8Array;
}

const bufferOf = (given: Buffer) => ({ ...given, toHost: async () => given.data, close: () => undefined });

const STATES: readonly Argument[] = [
  {
    name: "rnn",
    elementType: "f32",
    dimensions: [2, 3],
    axes: ["batch", "width"],
    role: "state",
    donated: true,
  },
  {
    name: "conv",
    elementType: "bf16",
    dimensions: [2, 3, 4],
    axes: ["batch", "time", "width"],
    role: "state",
    donated: true,
  },
];

/** A model of two rows whose buffers are their bytes. */
const model = {
  client: { toDevice: async (given: Buffer) => bufferOf(given) },
  generation: { vocabSize: 16, programs: { decode: "decode" } },
  dtype: "f32",
  chunk: 8,
  tensors: { copy: async (states: ReadonlyMap<string, unknown>) => states },
  identity: async () => "0123456789abcdef",
  has: ({ batch }: { readonly batch: number }) => batch === 2,
  run: async () => {
    throw new Error("states are read and written, no program is run");
  },
  interfaceOf: async () => ({ arguments: STATES, results: [] }),
} as unknown as ProgramSet;

const SESSION = "chat.session";

/** Its states have a checksum. */
export const session: Format = {
  samples: async () => [
    await written(SESSION, async (folder) => {
      const states = STATES.map(({ name, elementType, dimensions }) => {
        const bytes = dimensions.reduce((product, size) => product * size, elementType === "f32" ? 4 : 2);
        return [name, bufferOf({ elementType, dimensions, data: counted(bytes) })] as const;
      });
      const resumed = Session.resume(model, new Map(states) as never, [5, 9]);
      await saveSession(resumed, join(folder, SESSION), { notes: "a dialogue" });
    }),
  ],
  async read(folder) {
    const { session: restored } = await restoreSession(model, join(folder, SESSION));
    const { states, lengths } = await restored.mark();
    const parts = [...states].map(async ([name, state]) => [name, await state.toHost()] as const);
    return digestOf([["lengths", Uint8Array.from(lengths)], ...(await Promise.all(parts))]);
  },
};

/** A training of one step, of one parameter and its averages. */
export const training: Format = {
  samples: async () => [
    await written(STATE_FILE, (folder) => {
      const names = ["parameter.w", "first.w", "second.w"];
      const states = names.map((name) => ({ ...STATES[0]!, name, dimensions: [3, 4] }));
      const settings = {
        ...{ model: "demo", fromNothing: false, data: ["text.txt"], steps: 10, batch: 2, length: 16 },
        ...{
          accumulate: 1,
          pack: false,
          skipLong: false,
          shuffle: true,
          seed: 0,
          optimizer: "adamw" as const,
        },
        ...{
          learningRate: 0.001,
          schedule: "constant" as const,
          warmup: 0,
          freeze: [],
          remat: "nothing" as const,
        },
      };
      const progress = { step: 1, data: { epoch: 0, example: 2, piece: 0 }, best: { step: 1, loss: 2.5 } };
      const trainer = { states, readBytes: async () => counted(48) };
      const ways = { precision: "highest" as const, evalData: ["test.jsonl"], evalEvery: 2 };
      return writeState(folder, trainer, {
        settings,
        ways,
        dataDigest: "0123",
        evalDigest: "4567",
        progress,
      });
    }),
  ],
  async read(folder) {
    await using state = await openState(folder);
    for (const tensor of state.tensors.values()) await tensor.read();
    return undefined;
  },
};

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a training tells, as it is gone on with from its second step. */
export const log: Format = {
  samples() {
    const step = { event: "step", loss: 2.5, gradientNorm: 1, epoch: 0, targets: 16 };
    const lines = [
      { ...step, step: 1 },
      { event: "eval", step: 1, loss: 2, best: true },
      { ...step, step: 2 },
    ];
    return [{ "log.jsonl": encode(lines.map((line) => `${JSON.stringify(line)}\n`).join("")) }];
  },
  async read(folder) {
    const history = await History.open(folder, 2);
    await history.write();
    return undefined;
  },
};

/** Examples of every form. */
export const data: Format = {
  samples() {
    const forms = [
      { text: "In the beginning" },
      { prompt: "Who?", completion: "I" },
      {
        messages: [
          { role: "user", content: "Who?" },
          { role: "assistant", content: "I" },
        ],
      },
    ];
    return [
      { "data.jsonl": encode(forms.map((form) => `${JSON.stringify(form)}\n`).join("")) },
      { "data.txt": encode("In the beginning\nwas the word\n") },
    ];
  },
  async read(folder) {
    const [name = ""] = await readdir(folder);
    await using source = await openData([join(folder, name)]);
    for (let i = 0; i < source.count; i++) await source.read(i);
    return undefined;
  },
};
