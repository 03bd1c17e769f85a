/** @file manifest.json of an artifact that holds one program, of no model: what it takes and gives, and where its parameters lie. */
import { z } from "zod";
import { argumentSchema, resultSchema } from "../../program/schema.js";
import { filesSchema, originFields, pathSchema, versionSchema } from "../manifest.js";

/** What the first field of its manifest says. */
export const PROGRAM_FORMAT = "stablegriffin program";

/** Changes when a reader of the old schema would misread the new one. */
export const PROGRAM_SCHEMA_VERSION = 1;

export const programManifestSchema = z.strictObject({
  format: z.literal(PROGRAM_FORMAT),
  schemaVersion: z.literal(PROGRAM_SCHEMA_VERSION),
  ...originFields,
  /** The portable StableHLO artifact. */
  program: pathSchema,
  /** The same as text, for people. */
  text: pathSchema.optional(),
  /** StableHLO version of `program`. */
  stablehlo: versionSchema,
  /** What it takes and gives, in order. */
  arguments: z.array(argumentSchema).readonly(),
  results: z.array(resultSchema).readonly(),
  /** States that are parameters which it updates: they begin with what `weights` holds, not with zeros. */
  updatedParameters: z.array(z.string()).readonly(),
  /** Safetensors file of the parameters, by their names and in their types; absent where who runs it gives them. */
  weights: pathSchema.optional(),
  files: filesSchema,
});

export type ProgramManifest = z.infer<typeof programManifestSchema>;
