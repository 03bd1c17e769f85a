/** @file The package's front door: load a model, run it, generate; the parts have entry points of their own. */
import { models } from "../models/index.js";
import {
  type LoadedModel,
  load as loadOf,
  type LoadOptions,
  train as trainOf,
  type TrainEvent,
  type TrainRequest,
  type TrainSummary,
} from "./engine/index.js";

export * from "./engine/index.js";
export {
  type AnswerOptions,
  Chat,
  type ChatOptions,
  type ChatPart,
  type Completion,
  completions,
  type GeneratedToken,
  type GenerateOptions,
  generate,
  type ModelEvent,
  type ProgramKey,
  type ProgramSet,
  type RestoredSession,
  restoreSession,
  type SaveOptions,
  saveSession,
  Session,
  SessionFileError,
  SessionMark,
  type SessionOptions,
} from "./serving/index.js";
export type { Format } from "./tokens/index.js";
export { GriffinError } from "./support/errors.js";
export { demoFolder } from "./support/package.js";

/**
 * Opens a checkpoint folder or an artifact (folder or .zip), loads the plugin and puts the weights on its first device. Checkpoints may be
 * of this package's models, unless `models` names others.
 *
 *     await using model = await load(demoFolder, { plugin: "cpu" });
 *     for await (const { text } of model.generate("In the beginning")) process.stdout.write(text);
 *
 * @throws UsageError for a path where nothing is, compiler options for an artifact, or an artifact's for a checkpoint; EnvironmentError
 * without a plugin; CheckpointError, ArtifactError with everything that does not fit; AbortedError
 */
export const load = (path: string, options: Partial<LoadOptions> = {}): Promise<LoadedModel> =>
  loadOf(path, { models, ...options });

/**
 * Fine-tunes a model, or trains one from nothing, and yields what happens. Checkpoints may be of this package's models, unless `models` names
 * others.
 *
 *     const settings = { model: demoFolder, data: ["sft.jsonl"], steps: 200 };
 *     for await (const event of train({ settings, out: "tuned" })) if (event.event === "step") console.log(event.step, event.loss);
 *
 * @throws GriffinError for whatever does not fit; DataError with file and line; TrainingError when the loss is not finite: what was kept last
 * stays; AbortedError before the first step
 */
export const train = (
  request: Omit<TrainRequest, "models"> & Partial<Pick<TrainRequest, "models">>,
): AsyncGenerator<TrainEvent, TrainSummary, void> => trainOf({ models, ...request });
