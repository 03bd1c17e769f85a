/** @file Every format of files that others may give us, with good samples and its reader. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { ArtifactError, changedFiles, describeArtifact, openArtifact } from "../../src/artifact/index.js";
import { countModule, moduleFromProto, moduleFromText } from "../../src/cost/index.js";
import { exportModel } from "../../src/engine/index.js";
import { deserializePortable, PortabilityError, serializePortable } from "../../src/ir/bytecode/index.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { configureCheckpoint } from "../../src/model/index.js";
import { loadChatTemplate, loadTokenizer } from "../../src/tokens/index.js";
import { decodeHloFile } from "../../src/runtime-pjrt/index.js";
import { HloModuleProtoSchema } from "../../src/runtime-pjrt/proto/hlo_pb.js";
import { demoFolder, packageFile } from "../../src/support/package.js";
import { openCheckpoint, openStore, readConfigFiles } from "../../src/weights/index.js";
import { models } from "../../models/index.js";
import { VALID } from "../../test/cost/whole-modules.js";
import { PICKLED_TENSOR } from "../../test/weights/torch/archives.js";
import { seedTexts } from "../survival/seeds.js";
import { digestOf } from "./digest.js";
import type { Files, Format } from "./format.js";
import type { FormatName } from "./names.js";
import { lyingPickle } from "./lying-pickle.js";
import { honestZip, lyingZip } from "./lying-zip.js";
import { data, log, session, training } from "./states.js";

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(packageFile(path)));
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** All files of a folder. */
function filesOf(folder: string): Files {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path), new Uint8Array(readFileSync(path))]),
  );
}

/** All tensors of a store, read. */
async function tensorsOf(path: string): Promise<string> {
  await using store = await openStore(path);
  const parts: [string, Uint8Array][] = [];
  for (const [name, { dtype, shape, read }] of store.tensors)
    parts.push([`${name} ${dtype} ${shape}`, await read()]);
  return digestOf(parts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const program: Format = {
  samples: () => seedTexts().map((text) => ({ "program.mlir": encode(text) })),
  async read(folder) {
    const module = parseModule(await readFile(join(folder, "program.mlir"), "utf8"));
    verifyModule(module);
    verifyModule(parseModule(printModule(module)));
    return undefined;
  },
};

/** The artifact of a program, unless it has operations that artifacts do not have. */
function portableOf(text: string): Uint8Array | undefined {
  try {
    return serializePortable(parseModule(text));
  } catch (error) {
    if (error instanceof PortabilityError) return undefined;
    throw error;
  }
}

const portable: Format = {
  samples: () =>
    seedTexts().flatMap((text) => {
      const bytes = portableOf(text);
      return bytes === undefined ? [] : [{ "program.bc": bytes }];
    }),
  async read(folder) {
    const bytes = new Uint8Array(await readFile(join(folder, "program.bc")));
    printModule(deserializePortable(bytes).module);
    return undefined;
  },
};

const safetensors: Format = {
  samples: () => [{ "model.safetensors": bytesOf("golden/odd-widths/golden.safetensors") }],
  async read(folder) {
    await tensorsOf(join(folder, "model.safetensors"));
    return undefined;
  },
};

/** A zip: each of its entries has a checksum. */
const torch: Format = {
  samples: () => [{ "saved.pt": bytesOf("test/weights/torch/saved.pt") }],
  read: (folder) => tensorsOf(join(folder, "saved.pt")),
};

/** A tensor in a storage, and what else PyTorch's archives have. */
const torchEntries = (last: number, pickle = goodPickle): Files => ({
  "archive/data.pkl": pickle,
  "archive/byteorder": encode("little"),
  "archive/data/0": new Uint8Array(new Float32Array([1, 2, 3, last]).buffer),
  "archive/data/1": new Uint8Array(16),
  "archive/version": encode("3\n"),
});
const goodPickle = PICKLED_TENSOR(4, [2, 2], [2, 1]);

/** What the archive says is not so; the numbers of its tensor are what they are. */
const torchZip: Format = {
  samples: () => [{ "saved.pt": honestZip(torchEntries(4)) }],
  lies: (_, random) => ({ "saved.pt": lyingZip(torchEntries(4), torchEntries(5), random) }),
  read: (folder) => tensorsOf(join(folder, "saved.pt")),
};

const torchPickle: Format = {
  ...torchZip,
  lies: (_, random) => ({ "saved.pt": honestZip(torchEntries(4, lyingPickle(random))) }),
  async read(folder) {
    await tensorsOf(join(folder, "saved.pt"));
    return undefined;
  },
};

const orbax = (folder: string): Format => ({
  samples: () => [filesOf(packageFile(folder))],
  async read(folder) {
    await tensorsOf(folder);
    return undefined;
  },
});

const tokenizer = (file: string, sources: readonly string[]): Format => ({
  samples: () => sources.map((source) => ({ [file]: bytesOf(source) })),
  async read(folder) {
    const { encode: toIds, decode } = await loadTokenizer(folder, 2);
    decode([...toIds("In the beginning, 1611: \u2581\u00e9\u{1f600}"), 0, 1, 2, 3, 100]);
    return undefined;
  },
});

/** Two shards and the file that says which tensor lies in which. */
const index: Format = {
  samples() {
    const shard = (name: string): Uint8Array => {
      const header = encode(`{"${name}":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`);
      const bytes = Buffer.alloc(8 + header.length + 2, 1);
      bytes.writeBigUInt64LE(BigInt(header.length), 0);
      bytes.set(header, 8);
      return bytes;
    };
    const weight_map = { a: "1.safetensors", b: "2.safetensors" };
    return [
      {
        "model.safetensors.index.json": encode(JSON.stringify({ metadata: {}, weight_map })),
        "1.safetensors": shard("a"),
        "2.safetensors": shard("b"),
      },
    ];
  },
  async read(folder) {
    await using weights = await openCheckpoint(folder);
    for (const tensor of weights.tensors.values()) await tensor.read();
    return undefined;
  },
};

const chatTemplate: Format = {
  samples() {
    const turns = "{% for m in messages %}{{ '<' + m['role'] + '>' + m['content'] | trim }}{% endfor %}";
    const template = `{{ bos_token }}${turns}{% if add_generation_prompt %}{{ '<model>' }}{% endif %}`;
    const config = { bos_token: "<bos>", eos_token: { content: "<eos>" }, chat_template: template };
    return [
      { "tokenizer_config.json": encode(JSON.stringify(config)) },
      { "tokenizer_config.json": encode("{}"), "chat_template.jinja": encode(template) },
    ];
  },
  async read(folder) {
    const { render } = await loadChatTemplate(folder);
    render([{ role: "user", content: "Who art thou?" }], { generationPrompt: true });
    return undefined;
  },
};

const config: Format = {
  samples: () =>
    ["demo-kjv", "bf16", "odd-widths"].map((name) => ({
      "config.json": bytesOf(`golden/${name}/config.json`),
    })),
  async read(folder) {
    configureCheckpoint(await readConfigFiles(folder), models);
    return undefined;
  },
};

/** The demo model, exported: a folder, or a .zip of one. Its weights lie elsewhere. */
async function exported(zip: boolean): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-fuzz-"));
  try {
    const path = join(folder, zip ? "a.zip" : "a");
    await exportModel({ folder: demoFolder, models }, path, {
      zip,
      chunk: 16,
      tools: { stablegriffin: "0" },
    });
    return filesOf(zip ? folder : path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The listed files of an artifact that has them as its manifest says. @throws ArtifactError for one that does not */
async function listedFiles(path: string): Promise<string> {
  await using opened = await openArtifact(path);
  const problems = await changedFiles(opened, { hashes: () => true });
  if (problems.length > 0) throw new ArtifactError(path, problems);
  const listed = opened.manifest.files.map((file) => file.path).sort();
  return digestOf(listed.map((name) => [name, new Uint8Array(readFileSync(join(opened.folder, name)))]));
}

const artifact: Format = {
  samples: async () => [await exported(false)],
  read: listedFiles,
};

/** What an artifact says of itself: one file of many, and the one that all is believed by. */
const manifest: Format = {
  async samples() {
    const files = Object.entries(await exported(false));
    return [Object.fromEntries(files.filter(([name]) => /^(?:manifest|weights.*)\.json$/.test(name)))];
  },
  async read(folder) {
    await describeArtifact(folder);
    return undefined;
  },
};

const archive: Format = {
  samples: async () => [await exported(true)],
  read: (folder) => listedFiles(join(folder, "a.zip")),
};

/** The same files, whose archive says what is not so. */
const archiveZip: Format = {
  samples: async () => [await exported(false)],
  lies: (sample, random) => ({ "a.zip": lyingZip(sample, { "manifest.json": encode("{}") }, random) }),
  read: async (folder) => listedFiles(existsSync(join(folder, "a.zip")) ? join(folder, "a.zip") : folder),
};

const hloText: Format = {
  samples: () => [{ "module.txt": encode(VALID) }],
  async read(folder) {
    countModule(moduleFromText(await readFile(join(folder, "module.txt"), "utf8")));
    return undefined;
  },
};

/** A module of two computations in HLO's own form. */
const hloProto: Format = {
  samples() {
    const parameter = {
      id: 3n,
      name: "p",
      opcode: "parameter",
      shape: { elementType: 11, dimensions: [4n] },
    };
    const call = {
      ...parameter,
      id: 4n,
      name: "c",
      opcode: "call",
      operandIds: [3n],
      calledComputationIds: [1n],
    };
    const module = create(HloModuleProtoSchema, {
      name: "m",
      entryComputationId: 2n,
      computations: [
        { id: 1n, name: "called", rootId: 3n, instructions: [parameter] },
        { id: 2n, name: "main", rootId: 4n, instructions: [parameter, call] },
      ],
    });
    return [{ "module.pb": toBinary(HloModuleProtoSchema, module) }];
  },
  async read(folder) {
    const module = decodeHloFile(new Uint8Array(await readFile(join(folder, "module.pb"))));
    if (module !== undefined) countModule(moduleFromProto(module));
    return undefined;
  },
};

const BPE = "test/tokens/sentencepiece/bpe.model";
const UNIGRAM = "test/tokens/sentencepiece/unigram.model";
const SAVED = "test/weights/orbax";

export const formats: Readonly<Record<FormatName, Format>> = {
  program,
  portable,
  safetensors,
  torch,
  "torch-zip": torchZip,
  "torch-pickle": torchPickle,
  orbax: orbax(`${SAVED}/saved`),
  zarr: orbax(`${SAVED}/zarr`),
  shards: orbax(`${SAVED}/sharded`),
  "tokenizer.json": tokenizer("tokenizer.json", ["golden/demo-kjv/tokenizer.json"]),
  "tokenizer.model": tokenizer("tokenizer.model", [BPE, UNIGRAM]),
  config,
  artifact,
  manifest,
  archive,
  "archive-zip": archiveZip,
  session,
  training,
  log,
  data,
  index,
  "chat-template": chatTemplate,
  "hlo-text": hloText,
  "hlo-proto": hloProto,
};
