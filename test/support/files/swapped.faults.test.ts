/** @file Whatever is read by its place is read as one of the things that were there, or refused: something else comes there after each call that looks. */
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { openArtifact, artifactTokenizer } from "../../../src/artifact/index.js";
import { openData } from "../../../src/data/source.js";
import { axis, program, spec } from "../../../src/dsl/index.js";
import { exportProgram, inspect, openProgram } from "../../../src/engine/index.js";
import { History } from "../../../src/engine/train/history.js";
import { GriffinError } from "../../../src/support/errors.js";
import { loadChatTemplate, loadTokenizer } from "../../../src/tokens/index.js";
import {
  type Checkpoint,
  openStore,
  openWeightsAt,
  readConfigFiles,
  writeOrbax,
  writeSafetensorsStream,
  writeTorch,
} from "../../../src/weights/index.js";
import { session } from "../../../tools/fuzz/states.js";
import { demoArtifact } from "../../artifact/demo-artifact.js";
import { temporaryFolder } from "../../weights/files.js";
import { withSwapAfter } from "./swapped.js";

/** One kind of thing at a place: two of them, and what is read of it. */
interface Kind {
  /** Writes the first (0) or the second (1) there. */
  readonly write: (place: string, which: 0 | 1) => Promise<unknown>;
  readonly read: (place: string) => Promise<string>;
}

const numbers = (which: number, from: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Float32Array.of(10 * which + from, 10 * which + from + 1).buffer);

/** Two tensors, so that one may come of each. */
const tensorsOf = (which: number) =>
  [
    ["a", { dtype: "f32", shape: [2], read: async () => numbers(which, 1) }],
    ["b", { dtype: "f32", shape: [2], read: async () => numbers(which, 5) }],
  ] as const;

async function allOf(opening: Promise<Pick<Checkpoint, "tensors" | "close">>): Promise<string> {
  const { tensors, close } = await opening;
  try {
    const parts: string[] = [];
    for (const [name, tensor] of tensors)
      parts.push(`${name}: ${new Float32Array((await tensor.read()).buffer)}`);
    return parts.sort().join("; ");
  } finally {
    await close();
  }
}

const readStore = (place: string): Promise<string> => allOf(openStore(place));

const n = axis("n", 2);
const scaled = program(
  {
    name: "scaled",
    inputs: { x: spec([n], "f32") },
    parameters: { a: spec([n], "f32"), b: spec([n], "f32") },
  },
  ({ x }, { a, b }) => ({ y: x.mul(a).add(b) }),
);
const parametersOf = (which: number) => ({
  a: [10 * which + 1, 10 * which + 2],
  b: [10 * which + 5, 10 * which + 6],
});

async function readProgram(place: string): Promise<string> {
  await using opened = await openProgram(place);
  return await allOf(Promise.resolve({ ...opened.parameters!, close: async () => undefined }));
}

/** Writes files into a new folder. */
const folderOf =
  (files: (which: number) => Readonly<Record<string, string>>): Kind["write"] =>
  async (place, which) => {
    await mkdir(place);
    for (const [name, text] of Object.entries(files(which))) await writeFile(join(place, name), text);
  };

const tokenizer = JSON.parse(await readFile("golden/demo-kjv/tokenizer.json", "utf8")) as object;
const templateOf = (which: number, part: string) => `${which}${part}{{ bos_token }}`;

const safetensorsFile: Kind = {
  write: (place, which) => writeSafetensorsStream(place, tensorsOf(which)),
  read: readStore,
};

const kinds: Readonly<Record<string, Kind>> = {
  "weights.safetensors": safetensorsFile,
  "weights.pt": { write: (place, which) => writeTorch(place, tensorsOf(which)), read: readStore },
  "weights of either kind": {
    write: (place, which) => (which === 0 ? writeTorch : writeSafetensorsStream)(place, tensorsOf(which)),
    read: readStore,
  },
  orbax: { write: (place, which) => writeOrbax(place, tensorsOf(which)), read: readStore },
  "orbax-zarr": {
    write: (place, which) => writeOrbax(place, tensorsOf(which), "orbax-zarr"),
    read: readStore,
  },
  "a folder of shards": {
    async write(place, which) {
      const index = { weight_map: { a: "1.safetensors", b: "2.safetensors" } };
      await folderOf(() => ({ "model.safetensors.index.json": JSON.stringify(index) }))(place, which);
      for (const [i, tensor] of tensorsOf(which).entries())
        await writeSafetensorsStream(join(place, `${i + 1}.safetensors`), [tensor]);
    },
    read: (place) => allOf(openWeightsAt(place)),
  },
  "a configuration": {
    write: folderOf((which) => ({
      "config.json": JSON.stringify({ model_type: `m${which}` }),
      "generation_config.json": JSON.stringify({ eos_token_id: which }),
    })),
    async read(place) {
      const { config, generation } = await readConfigFiles(place);
      return JSON.stringify([config, generation]);
    },
  },
  "a chat template": {
    write: folderOf((which) => ({
      "tokenizer_config.json": JSON.stringify({ bos_token: `<${which}>` }),
      "chat_template.jinja": templateOf(which, "a"),
    })),
    read: async (place) => (await loadChatTemplate(place)).render([]),
  },
  "a tokenizer": {
    write: folderOf((which) => ({
      "tokenizer_config.json": "{}",
      "tokenizer.json": JSON.stringify({
        ...tokenizer,
        added_tokens: [{ id: 200 + which, content: "zz", special: false }],
      }),
    })),
    read: async (place) => String((await loadTokenizer(place, 2)).encode("zz")),
  },
  "an artifact of a program": {
    write: (place, which) => exportProgram(scaled, place, { parameters: parametersOf(which) }),
    read: readProgram,
  },
  "an archive of a program": {
    write: (place, which) => exportProgram(scaled, place, { parameters: parametersOf(which), zip: true }),
    read: readProgram,
  },
  "the tokenizer of an artifact": {
    async write(place, which) {
      await cp(await demoArtifact(), place, { recursive: true });
      if (which === 0) return;
      const file = join(place, "tokenizer", "tokenizer.json");
      const { added_tokens: _, ...rest } = tokenizer as { added_tokens: unknown };
      await writeFile(file, JSON.stringify(rest));
    },
    async read(place) {
      await using opened = await openArtifact(place);
      return String((await artifactTokenizer(opened)).encode("<bos>In"));
    },
  },
  "a program for inspect": {
    write: (place, which) =>
      writeFile(
        place,
        `module @m${which} { func.func @f${which}(%x: tensor<2xf32>) -> tensor<2xf32> { return %x : tensor<2xf32> } }`,
      ),
    read: async (place) => JSON.stringify(await inspect(place)),
  },
  "a session": {
    async write(place, which) {
      const [sample] = await session.samples();
      const bytes = Buffer.from(sample!["chat.session"]!);
      if (which === 1) bytes[bytes.length - 1]! ^= 1;
      await folderOf(() => ({}))(place, which);
      await writeFile(join(place, "chat.session"), bytes);
    },
    read: async (place) => String(await session.read(place)),
  },
  "data.jsonl": {
    write: (place, which) => writeFile(place, `{"text":"${which}a"}\n{"text":"${which}b"}\n`),
    async read(place) {
      await using data = await openData([place]);
      return JSON.stringify([await data.read(0), await data.read(1)]);
    },
  },
  "the log of a training": {
    async write(place, which) {
      const line = (step: number) => `${JSON.stringify({ event: "step", step, loss: which })}\n`;
      await folderOf(() => ({ "log.jsonl": line(1) + line(2) }))(place, which);
    },
    async read(place) {
      await History.open(place, 2);
      return readFile(join(place, "log.jsonl"), "utf8").catch(() => "");
    },
  },
};

/** What somebody does with the other thing; each function is given its place and the place of the one that is read. */
const swaps: Readonly<Record<string, (other: string, place: string) => Promise<unknown>>> = {
  "is put in its place": async (other, place) => {
    await rm(place, { recursive: true });
    await rename(other, place);
  },
  "is written over it": (other, place) => cp(other, place, { recursive: true }),
  "is a pipe": async (_, place) => {
    await rm(place, { recursive: true });
    await execa("mkfifo", [place]);
  },
  "is nothing": (_, place) => rm(place, { recursive: true }),
};

describe.each(Object.entries(kinds))("%s", (name, { write, read }) => {
  test.each(Object.entries(swaps))("what %s", { timeout: 300_000 }, async (_how, swap) => {
    const folder = await temporaryFolder();
    const suffix = name.includes(".")
      ? name.slice(name.lastIndexOf("."))
      : name.startsWith("an archive")
        ? ".zip"
        : "";
    const prepare = async (): Promise<string> => {
      const place = join(folder, `place${suffix}`);
      for (const [path, which] of [
        [place, 0],
        [join(folder, `other${suffix}`), 1],
      ] as const) {
        await rm(path, { recursive: true, force: true });
        await write(path, which);
      }
      return place;
    };
    // Of a log that is gone nothing is told.
    const wanted: string[] = name === "the log of a training" ? [""] : [];
    const place = await prepare();
    wanted.push(await read(place));
    await rm(place, { recursive: true });
    await rename(join(folder, `other${suffix}`), place);
    await read(place).then(
      (second) => wanted.push(second),
      () => undefined,
    );
    let count = 0;
    for (; ; count++) {
      await prepare();
      let result: unknown;
      const wasSwapped = await withSwapAfter(
        place,
        count,
        () => swap(join(folder, `other${suffix}`), place).then(() => undefined),
        async () => {
          result = await read(place).catch((error: unknown) => error);
        },
      );
      if (!wasSwapped) break;
      const what = `after call ${count}`;
      if (typeof result === "string") expect(wanted, what).toContain(result);
      else expect(result, what).toBeInstanceOf(GriffinError);
    }
    expect(count).toBeGreaterThan(1);
  });
});
