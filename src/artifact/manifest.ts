/**
 * @file manifest.json of an artifact: everything a reader must know before it opens another file. The schema is the contract between
 * those who write artifacts and those who run them; nothing in it names a machine or a moment, so equal exports are equal bytes (but
 * for executables, which carry the seal of the machine that compiled them).
 */
import { z } from "zod";
import { argumentSchema, resultSchema } from "../program/schema.js";
import { isPlainName } from "../support/plain-name.js";
import { computeDTypes } from "../weights/index.js";

/** Changes when a reader of the old schema would misread the new one. */
export const SCHEMA_VERSION = 2;

/** What the first field of every manifest says. */
export const FORMAT = "stablegriffin artifact";

/** The manifest's file; written last, so that a folder without it is no artifact. */
export const MANIFEST_FILE = "manifest.json";

/** A longer manifest or index is nobody's, bytes: a model of a thousand layers has some 5 MB, and to check it takes ten times as much memory. */
export const LONGEST_JSON = 1 << 24;

/** SHA-256 of the manifest, as `sha256sum --check` reads it: the manifest holds those of all other files. */
export const DIGEST_FILE = "manifest.sha256";

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal");

/** A path inside the artifact: relative, forward slashes, no `.` or `..` and nothing a file system could read as another place. */
const PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.@+-]+(?:\/[\w.@+-]+)*$/;

/** Whether an artifact may hold a file of this path. */
export const isArtifactPath = (path: string): boolean => PATH.test(path);

/** A file of an artifact. */
export const pathSchema = z.string().regex(PATH, "a relative path without . and ..");

/** A version of StableHLO. */
export const versionSchema = z.string().regex(/^\d+\.\d+\.\d+$/);

/** What manifests of all kinds say of how an artifact was made. */
export const originFields = {
  /** What it was exported from, for people. */
  name: z.string(),
  /** Versions of the tools that made it, by name. */
  tools: z.record(z.string(), z.string()),
  /** Lowering target, `cpu`, `tpu:v5e:2x2` ... */
  target: z.string(),
  /** Of products that state none; absent where the plugin chooses, as in artifacts of before there was a choice. */
  precision: z.enum(["high", "highest"]).optional(),
};

const program = z.strictObject({
  name: z.string(),
  /**
   * What it computes, one of the model's kinds; or `prepare`: such programs compute what others take as `prepared` arguments from weights
   * alone; or `sampler`: draws a token of each row from its logits, with the parts that its arguments are called for; or `loop`: makes at most
   * `time` tokens of each row, drawn with such parts or the best ones.
   */
  kind: z.string(),
  /** Sequences side by side, and tokens of each; 0 for `prepare`. */
  batch: count,
  time: count,
  /** The portable StableHLO artifact. */
  file: pathSchema,
  /** The same as text, for people. */
  text: pathSchema.optional(),
  /** StableHLO version of `file`. */
  stablehlo: versionSchema,
  /** Name of the program that makes its `prepared` arguments. */
  prepare: z.string().optional(),
  /** What it takes and gives, in order; `prepared` arguments are outputs of its preparing program, by their name. */
  arguments: z.array(argumentSchema),
  results: z.array(resultSchema),
});

/** What must be equal for an executable to be loaded instead of compiled. */
const fingerprint = z.strictObject({
  /** SHA-256 of the plugin's library. */
  plugin: sha256,
  /** Version of the PJRT C API, `0.106`. */
  api: z.string(),
  platform: z.string(),
  platformVersion: z.string(),
  deviceKind: z.string(),
  /** Processor architecture and features that the code was made for; empty for devices that are not processors. */
  processor: z.string(),
});

const memory = z.strictObject({
  arguments: count,
  results: count,
  aliased: count,
  temporary: count,
  generatedCode: count,
});

const compiled = z.strictObject({
  fingerprint,
  /** The topology that it was compiled for ahead of time; absent when a device was there. */
  topology: z.string().optional(),
  /** Executables by program name, with the memory in bytes that the compiler planned. */
  executables: z.record(
    z.string(),
    z.strictObject({
      file: pathSchema,
      memory: memory.optional(),
      /** The code that tells the machine that made it that it did (HMAC-SHA256); nobody else can make or read it. */
      seal: sha256.optional(),
    }),
  ),
});

/** What model it is, for people and for those who know its definition: nothing here is needed to run the programs. */
const model = z.strictObject({
  /** Name of the definition, and a line about the configuration. */
  name: z.string(),
  summary: z.string(),
  /** As the definition's own schema says. */
  config: z.record(z.string(), z.unknown()),
  /** What programs of each kind compute, for people. */
  kinds: z.record(z.string(), z.string()),
});

/** What generation needs to know; see LanguageModel of src/serving. */
const generation = z.strictObject({
  vocabSize: count,
  bosId: count,
  eosIds: z.array(count).readonly(),
  padId: count,
  /** Tokens that a sequence may have; absent where there is no bound. */
  capacity: count.optional(),
  /** Names of the programs' inputs and results by the parts they play. */
  inputs: z.strictObject({ tokens: z.string(), positions: z.string() }),
  outputs: z.strictObject({ logits: z.string(), best: z.string() }),
  /** Kinds of programs by the parts they play; the artifact may lack `score` and `forward`. */
  programs: z.strictObject({
    prefill: z.string(),
    extend: z.string(),
    decode: z.string(),
    score: z.string().optional(),
    forward: z.string().optional(),
  }),
});

/** Every other file of an artifact but manifest.sha256. */
export const filesSchema = z.array(z.strictObject({ path: pathSchema, bytes: count, sha256 }));

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  schemaVersion: z.literal(SCHEMA_VERSION),
  ...originFields,
  /** The dtype computed in, and that weights are converted to. */
  dtype: z.enum(computeDTypes),
  model,
  generation,
  /** Sequences side by side in every program, and the longest chunk of a prompt in tokens. */
  batch: count,
  chunk: count,
  programs: z.array(program),
  compiled: z.array(compiled),
  /** The index of the weights, weights.index.json. */
  weights: pathSchema,
  /** tokenizer.json and what goes with it; empty for models without text. */
  tokenizer: z.array(pathSchema),
  files: filesSchema,
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestProgram = z.infer<typeof program>;
export type Fingerprint = z.infer<typeof fingerprint>;

/** Names that checkpoints of the model have beside those of `tensors`, such as their authors'. */
const layout = z.strictObject({
  /** What holds each parameter, in the order of `tensors`: its name, its shape, and how the parameter lies in it (`TensorView`). */
  tensors: z.array(
    z.strictObject({
      name: z.string(),
      shape: z.array(count),
      at: count.optional(),
      transposed: z.boolean().optional(),
      padded: z.boolean().optional(),
    }),
  ),
  ignored: z.record(z.string(), z.string()),
});

/** weights.index.json: where each weight is stored, by its name in safetensors files. */
export const weightsIndexSchema = z.strictObject({
  /**
   * Whether the files lie in the artifact, or where the model folder was at export. `none`: exported from a configuration alone;
   * the tensors say what a model folder must hold, and their `file` is empty.
   */
  location: z.enum(["copied", "reference", "none"]),
  /** Folder of the files: inside the artifact, or the model folder as seen from the artifact (`../model`), or empty. */
  folder: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string().refine(isPlainName, "a file name without a folder"),
      bytes: count,
      sha256: sha256.optional(),
    }),
  ),
  /** Tensors in the order of the model's parameters. */
  tensors: z.array(
    z.strictObject({
      /** Path in the model, `layers.0.mlp_block.up_proj.weight`. */
      parameter: z.string(),
      /** Name in the file. */
      name: z.string(),
      file: z.string(),
      dtype: z.enum(computeDTypes),
      /** As stored in the file. */
      shape: z.array(count),
      /** As the programs take it: as many elements, in the same order. */
      dimensions: z.array(count),
    }),
  ),
  /** Tensors that checkpoints of the model may have and no program takes, each with the reason. */
  ignored: z.record(z.string(), z.string()),
  /** By the format that they usually come in; absent where there are none, and in artifacts that an earlier version made. */
  layouts: z.partialRecord(z.enum(["torch", "flax"]), layout).optional(),
});

export type WeightsIndex = z.infer<typeof weightsIndexSchema>;
