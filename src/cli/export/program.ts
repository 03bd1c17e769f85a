/** @file griffin export of a program alone. */
import type { TracedProgram } from "../../dsl/index.js";
import { exportProgram } from "../../engine/index.js";
import { UsageError } from "../../support/errors.js";
import { packageVersion } from "../../support/package.js";
import type { CommandContext } from "../context.js";
import type { ExitStatus } from "../io.js";
import { type LoweringFlags, loweringOf } from "../options.js";
import { formatBytes } from "../progress.js";
import { fileLines, placeOf, totalBytes } from "./place.js";

/** Options that a program takes. */
export interface ProgramFlags extends LoweringFlags {
  readonly output: string;
  readonly zip?: boolean;
  readonly target: string;
  readonly text?: boolean;
  readonly stablehloVersion?: string;
  readonly weights?: string;
  readonly force?: boolean;
  readonly sign?: string;
  readonly json?: boolean;
}

/** Those that are of models alone, by their fields. */
const OF_MODELS = {
  model: "--model",
  preset: "--preset",
  batch: "--batch",
  chunk: "--chunk",
  capacity: "--capacity",
  dtype: "--dtype",
  withWeights: "--with-weights",
  compile: "--compile",
  score: "--score",
  samplers: "--no-samplers",
  tokensPerCall: "--tokens-per-call",
} as const;

/** Whether an option is given; one that says no is true where it is not. */
const isGiven = (field: string, value: unknown): boolean =>
  field === "samplers" ? value === false : value !== undefined;

/** @throws UsageError for options that are of models; what `exportProgram` throws */
export async function runProgramExport(
  context: CommandContext,
  program: TracedProgram,
  options: ProgramFlags & { readonly [K in keyof typeof OF_MODELS]?: unknown },
): Promise<ExitStatus> {
  checkOptions(program, options);
  const { zip, path } = placeOf(options);
  const { target, text, stablehloVersion, force, sign } = options;
  using progress = context.progress();
  const { files, stablehlo } = await exportProgram(program, path, {
    ...loweringOf(options),
    ...{ target, text, stablehloVersion, force, sign, zip },
    parameters: options.weights,
    extensions: context.extensions,
    signal: context.signal,
    tools: { stablegriffin: packageVersion },
    onProgress: ({ path: file, bytes }) => progress.update("write", `${file} ${formatBytes(bytes)}`),
  });
  progress.done();
  if (options.json === true) {
    context.printJson({ path, bytes: totalBytes(files), program: program.name, stablehlo, files });
    return 0;
  }
  for (const line of fileLines(path, files, stablehlo)) context.print(line);
  const next = `griffin run ${path} --input in.safetensors      griffin inspect ${path}`;
  context.print(context.colors.dim(next));
  return 0;
}

function checkOptions(
  { name, arguments: args }: TracedProgram,
  options: { readonly [K in keyof typeof OF_MODELS]?: unknown },
): void {
  const given = Object.entries(OF_MODELS).filter(([field]) =>
    isGiven(field, options[field as keyof typeof OF_MODELS]),
  );
  if (given.length === 0) return;
  const hasParameters = args.some(({ role }) => role === "parameter");
  throw new UsageError({
    message: `${name} is a program, which options of models do not go with`,
    expected: `no ${given.map(([, option]) => option).join(", ")}`,
    hint: hasParameters ? "--weights FILE has its parameters by name" : undefined,
  });
}
