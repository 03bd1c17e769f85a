/** @file A program alone written as an artifact. */
import { formatJson } from "../json.js";
import type { SigningKey } from "../keys.js";
import type { WrittenFile } from "../sink.js";
import { type PlaceOptions, writeWhole, PLACE_OPTIONS } from "../write.js";
import {
  PROGRAM_FORMAT,
  PROGRAM_SCHEMA_VERSION,
  type ProgramManifest,
  programManifestSchema,
} from "./manifest.js";
import { programReadme } from "./readme.js";
import { checkOptions } from "../../support/options.js";

/** What goes into the artifact of a program. */
export interface ProgramContent
  extends Pick<
    ProgramManifest,
    "name" | "tools" | "target" | "precision" | "stablehlo" | "arguments" | "results" | "updatedParameters"
  > {
  /** The portable StableHLO artifact. */
  readonly bytecode: Uint8Array;
  /** The same as text, where it is to be there. */
  readonly text: string | undefined;
  /** Path of a safetensors file of the parameters, which is copied. */
  readonly weights: string | undefined;
}

/** Writes it, as `writeArtifact` does a model. @returns and throws as that */
export async function writeProgram(
  path: string,
  content: ProgramContent,
  options: PlaceOptions & { readonly signing?: SigningKey | undefined } = {},
): Promise<readonly WrittenFile[]> {
  checkOptions("writeProgram", options, { ...PLACE_OPTIONS, signing: true });
  const { signing, ...place } = options;
  const { bytecode, text, weights, precision, ...described } = content;
  return writeWhole(path, place, async (written) => {
    const manifest: Omit<ProgramManifest, "files"> = {
      format: PROGRAM_FORMAT,
      schemaVersion: PROGRAM_SCHEMA_VERSION,
      ...described,
      ...(precision === undefined ? {} : { precision }),
      program: await written.add("program.mlirbc", bytecode),
      ...(text === undefined ? {} : { text: await written.add("program.mlir", text) }),
      ...(weights === undefined
        ? {}
        : { weights: await written.add("weights.safetensors", { copyOf: weights }) }),
    };
    await written.add("README.md", programReadme(manifest));
    const listing = (files: readonly WrittenFile[]) =>
      formatJson(programManifestSchema.parse({ ...manifest, files }));
    await written.finish(listing, signing);
  });
}
