/** @file manifest.json and weights.index.json read and checked: their schemas, and that what they name is there to be named. */
import { join } from "node:path";
import { z } from "zod";
import { elementCount } from "../runtime-pjrt/index.js";
import { JsonError, parseJson } from "../support/json.js";
import type { Problem } from "../support/problems.js";
import { readLimited } from "../support/read-limited.js";
import { ArtifactError } from "./errors.js";
import { noteRead } from "./known-files.js";
import {
  FORMAT,
  LONGEST_JSON,
  type Manifest,
  MANIFEST_FILE,
  manifestSchema,
  SCHEMA_VERSION,
  type WeightsIndex,
  weightsIndexSchema,
} from "./manifest.js";
import {
  PROGRAM_FORMAT,
  PROGRAM_SCHEMA_VERSION,
  type ProgramManifest,
  programManifestSchema,
} from "./program/manifest.js";

/** Formats by the first field of a manifest: the version that is read, and its schema. */
const FORMATS = {
  [FORMAT]: { version: SCHEMA_VERSION, schema: manifestSchema },
  [PROGRAM_FORMAT]: { version: PROGRAM_SCHEMA_VERSION, schema: programManifestSchema },
};

/** The part that manifests of all versions have. */
const anyVersion = z.looseObject({
  format: z.literal([FORMAT, PROGRAM_FORMAT]),
  schemaVersion: z.int().positive(),
});

interface JsonFile {
  readonly json: unknown;
  /** As they were read. */
  readonly bytes: Uint8Array;
}

async function readJson(folder: string, name: string, where: string): Promise<JsonFile> {
  const file = await readLimited(join(folder, name), LONGEST_JSON);
  if ("problem" in file) throw new ArtifactError(where, [{ subject: name, ...file }]);
  const { bytes } = file;
  try {
    return { json: parseJson(bytes.toString("utf8")), bytes };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ArtifactError(where, [{ subject: name, problem: `cannot be parsed: ${error.message}` }]);
  }
}

/** `programs.0.file: a relative path without . and ..` as a problem of a file. */
const schemaProblems = (file: string, error: z.ZodError): Problem[] =>
  error.issues.map(({ path, message }) => ({
    subject: [file, ...path.map(String)].join("."),
    problem: message,
  }));

/** A manifest, and the bytes that it was read from. */
export interface ManifestFile<M> {
  readonly manifest: M;
  readonly bytes: Uint8Array;
}

/**
 * The manifest of a folder, and the bytes that it was read from. @param where names the artifact in messages
 * @throws ArtifactError when there is none, it is of another version, is not as its schema says, or is of a program alone
 */
export async function readManifest(folder: string, where: string): Promise<ManifestFile<Manifest>> {
  const { manifest, bytes } = await readAnyManifest(folder, where);
  if (manifest.format === FORMAT) return { manifest, bytes };
  throw otherFormat(where, "a model", `a program, "${manifest.name}"`, `griffin run ${where}`);
}

/** The same of an artifact of one program. @throws ArtifactError as `readManifest` does, and when it is of a model */
export async function readProgramManifest(
  folder: string,
  where: string,
): Promise<ManifestFile<ProgramManifest>> {
  const { manifest, bytes } = await readAnyManifest(folder, where);
  if (manifest.format === PROGRAM_FORMAT) return { manifest, bytes };
  const hint = `griffin generate --artifact ${where}; its programs lie in ${where}/programs`;
  throw otherFormat(where, "a program", `a model, "${manifest.name}"`, hint);
}

const otherFormat = (where: string, expected: string, got: string, hint: string): ArtifactError =>
  new ArtifactError(where, [
    { subject: MANIFEST_FILE, problem: "an artifact of something else", expected, got, hint },
  ]);

/** The manifest of a folder, whatever the artifact holds. @throws ArtifactError as `readManifest` does */
export async function readAnyManifest(
  folder: string,
  where: string,
): Promise<ManifestFile<Manifest | ProgramManifest>> {
  const { json, bytes } = await readJson(folder, MANIFEST_FILE, where);
  const head = anyVersion.safeParse(json);
  if (!head.success) {
    throw new ArtifactError(where, [
      {
        subject: MANIFEST_FILE,
        problem: "not the manifest of an artifact",
        expected: `"format": "${FORMAT}" or "${PROGRAM_FORMAT}"`,
      },
    ]);
  }
  const { version, schema } = FORMATS[head.data.format];
  const { schemaVersion } = head.data;
  if (schemaVersion !== version) {
    const isNewer = schemaVersion > version;
    throw new ArtifactError(where, [
      {
        subject: MANIFEST_FILE,
        problem: `written by ${isNewer ? "a newer" : "an older"} stablegriffin`,
        expected: `schema version ${version}`,
        got: `${schemaVersion}`,
        hint: isNewer
          ? "run it with the version that exported it, or export it again with this one"
          : "export it again with this version (griffin export --force replaces it)",
      },
    ]);
  }
  const { success, data, error } = schema.safeParse(json);
  if (!success) throw new ArtifactError(where, schemaProblems(MANIFEST_FILE, error));
  const problems = [
    ...listedTwice(data),
    ...unlistedFiles(data),
    ...(data.format === FORMAT ? [...unknownPreparations(data), ...generationProblems(data)] : []),
  ];
  if (problems.length > 0) throw new ArtifactError(where, problems);
  return { manifest: data, bytes };
}

/** Files that a manifest names. */
function namedFiles(manifest: Manifest | ProgramManifest): readonly (string | undefined)[] {
  if (manifest.format === PROGRAM_FORMAT) return [manifest.program, manifest.text, manifest.weights];
  const { programs, compiled, weights, tokenizer } = manifest;
  return [
    ...programs.flatMap(({ file, text }) => [file, text]),
    ...compiled.flatMap(({ executables }) => Object.values(executables).map(({ file }) => file)),
    weights,
    ...tokenizer,
  ];
}

/** Files that a manifest lists under names that are one file, here or on some systems: of two hashes one could be checked and the other taken. */
function listedTwice({ files }: Manifest | ProgramManifest): Problem[] {
  const seen = new Map<string, string>();
  return files.flatMap(({ path: subject }) => {
    const folded = subject.toLowerCase();
    const other = seen.get(folded);
    seen.set(folded, subject);
    if (other === undefined) return [];
    if (other === subject) return [{ subject, problem: "listed twice" }];
    return [{ subject, problem: `listed beside ${other}, which is the same file on some systems` }];
  });
}

const NOT_LISTED = "used, but not in the manifest's list of files";

/** Files that are named but not listed. */
function unlistedFiles(manifest: Manifest | ProgramManifest): Problem[] {
  const listed = new Set(manifest.files.map((file) => file.path));
  return namedFiles(manifest)
    .filter((path) => path !== undefined)
    .filter((path) => !listed.has(path))
    .map((subject) => ({ subject, problem: NOT_LISTED }));
}

/** Preparing programs that do not exist. */
function unknownPreparations({ programs }: Manifest): Problem[] {
  const known = new Map(programs.map((program) => [program.name, program]));
  return programs.flatMap(({ name: subject, prepare }) =>
    prepare === undefined || known.get(prepare)?.kind === "prepare"
      ? []
      : [{ subject, problem: "its preparing program does not exist", got: prepare }],
  );
}

/**
 * The index of the weights, checked against what the programs take.
 * @throws ArtifactError when it is missing, not as its schema says, or has other shapes than the programs
 */
export async function readWeightsIndex(
  folder: string,
  manifest: Manifest,
  where: string,
): Promise<WeightsIndex> {
  const { json, bytes } = await readJson(folder, manifest.weights, where);
  noteRead(manifest, manifest.weights, bytes);
  const { success, data, error } = weightsIndexSchema.safeParse(json);
  if (!success) throw new ArtifactError(where, schemaProblems(manifest.weights, error));
  const problems = [
    ...unlistedWeights(manifest, data),
    ...otherThanWeights(manifest, data),
    ...parameterProblems(manifest, data),
    ...layoutProblems(manifest, data),
  ];
  if (problems.length > 0) throw new ArtifactError(where, problems);
  return data;
}

/** Files of weights that lie in the artifact, as the index says, and are not in the manifest's list. */
function unlistedWeights({ files }: Manifest, { location, folder, files: named }: WeightsIndex): Problem[] {
  if (location !== "copied") return [];
  const listed = new Set(files.map(({ path }) => path));
  return named
    .map(({ name }) => `${folder}/${name}`)
    .filter((path) => !listed.has(path))
    .map((subject) => ({ subject, problem: NOT_LISTED }));
}

/** Files of weights that are something else too: weights are held against their sizes alone, and what runs is not. */
function otherThanWeights(manifest: Manifest, { location, folder, files }: WeightsIndex): Problem[] {
  if (location !== "copied") return [];
  const taken = new Set(namedFiles(manifest).map((path) => path?.toLowerCase()));
  return files
    .map(({ name }) => `${folder}/${name}`)
    .filter((path) => taken.has(path.toLowerCase()))
    .map((subject) => ({
      subject,
      problem: `weights in ${manifest.weights}, and something else in ${MANIFEST_FILE}`,
    }));
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Parameters of programs that the index lacks, or has in another shape, and tensors that cannot be taken in the shape it says. */
function parameterProblems({ programs, weights }: Manifest, { tensors }: WeightsIndex): Problem[] {
  const shapes = new Map(tensors.map(({ parameter, dimensions }) => [parameter, dimensions]));
  const taken = new Map(
    programs.flatMap((program) =>
      program.arguments.flatMap(({ role, name, dimensions }) =>
        role === "parameter" ? [[name, dimensions] as const] : [],
      ),
    ),
  );
  const misfits = [...taken].flatMap(([subject, dimensions]): Problem[] => {
    const shape = shapes.get(subject);
    const expected = shapeText(dimensions);
    if (shape === undefined) return [{ subject, problem: `not in ${weights}`, expected }];
    if (shapeText(shape) === expected) return [];
    return [{ subject, problem: `of another shape in ${weights}`, expected, got: shapeText(shape) }];
  });
  const reshaped = tensors.filter(
    ({ shape, dimensions }) => elementCount(shape) !== elementCount(dimensions),
  );
  return [
    ...reshaped.map(({ name, shape, dimensions }) => ({
      subject: name,
      problem: `stored with another number of elements than taken in ${weights}`,
      expected: shapeText(dimensions),
      got: shapeText(shape),
    })),
    ...misfits,
  ];
}

/** Other layouts must have a place for every parameter, in which it fits. */
function layoutProblems({ weights }: Manifest, { tensors, layouts = {} }: WeightsIndex): Problem[] {
  return Object.entries(layouts).flatMap(([subject, { tensors: places }]): Problem[] => {
    if (places.length !== tensors.length) {
      const [expected, got] = [`${tensors.length} tensors`, `${places.length}`];
      return [{ subject, problem: `another number of tensors in ${weights}`, expected, got }];
    }
    return places.flatMap(({ name, shape, at, transposed }, i) => {
      const { dimensions } = tensors[i]!;
      const [parts = 0, ...part] = at === undefined ? [1, ...shape] : shape;
      const isMatrix = transposed !== true || dimensions.length === 2;
      if (isMatrix && (at ?? 0) < parts && elementCount(part) === elementCount(dimensions)) return [];
      const [expected, got] = [shapeText(dimensions), shapeText(shape)];
      return [{ subject: name, problem: `no place for its parameter in ${weights}`, expected, got }];
    });
  });
}

/** What generation relies on: programs of its kinds take tokens of their own batch and time, and give logits of the whole vocabulary. */
function generationProblems({ programs, generation, batch }: Manifest): Problem[] {
  const { inputs, outputs, vocabSize } = generation;
  const kinds = new Set(Object.values(generation.programs));
  const generating = programs.filter(({ kind }) => kinds.has(kind));
  const problems = generating.flatMap((program): Problem[] => {
    const tokens = program.arguments.find(({ role, name }) => role === "input" && name === inputs.tokens);
    const logits = program.results.find(({ role, name }) => role === "output" && name === outputs.logits);
    const subject = program.name;
    const expected = shapeText([program.batch, program.time]);
    const got = tokens && shapeText(tokens.dimensions);
    return [
      ...(got === expected ? [] : [{ subject, problem: `takes other ${inputs.tokens}`, expected, got }]),
      ...(logits?.dimensions.at(-1) === vocabSize
        ? []
        : [
            {
              subject,
              problem: `gives other ${outputs.logits}`,
              expected: `one for each of ${vocabSize} tokens`,
              got: logits && shapeText(logits.dimensions),
            },
          ]),
    ];
  });
  if (generating.length === 0 || generating.some((program) => program.batch === batch)) return problems;
  const has = [...new Set(generating.map((program) => program.batch))].join(", ");
  return [{ subject: "batch", problem: "no program is of it", expected: has, got: `${batch}` }, ...problems];
}
