/** @file The programs of a manifest: what a plugin must know of them, and which there are, in words. */
import { isElementType, type Signature, type TensorSpec } from "../runtime-pjrt/index.js";
import { ArtifactError } from "./errors.js";
import type { Manifest, ManifestProgram } from "./manifest.js";

/** What a plugin must know of a program. @throws ArtifactError for an element type that no buffer has */
export function signatureOf(
  { name: program, arguments: args, results }: ManifestProgram,
  where: string,
): Signature {
  const spec = ({
    name,
    elementType,
    dimensions,
  }: ManifestProgram["results"][number] | ManifestProgram["arguments"][number]): TensorSpec => {
    if (isElementType(elementType)) return { name, elementType, dimensions };
    throw new ArtifactError(where, [
      { subject: program, problem: `${name} has an unknown element type`, got: elementType },
    ]);
  };
  return {
    arguments: args.map((argument) => ({ ...spec(argument), donated: argument.donated })),
    results: results.map(spec),
  };
}

/** `batch 1: prefill of 16, 64 or 256 tokens, extend of 256, decode of 1`. */
export function describeKinds({ programs }: Manifest): string {
  const runnable = programs.filter(({ kind }) => kind !== "prepare");
  const batches = [...new Set(runnable.map(({ batch }) => batch))];
  return batches
    .map((batch) => {
      const here = runnable.filter((program) => program.batch === batch);
      const kinds = [...new Set(here.map(({ kind }) => kind))].map((kind) => {
        const times = here.filter((program) => program.kind === kind).map(({ time }) => time);
        return `${kind} of ${times.sort((a, b) => a - b).join(", ")}`;
      });
      return `batch ${batch}: ${kinds.join("; ")}`;
    })
    .join(" / ");
}
