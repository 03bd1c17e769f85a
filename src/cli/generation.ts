/** @file What `generate` and `demo` share: the model that options name, and progress while it continues prompts. */
import { continuePrompts, type GenerationRequest, type GenerationSummary } from "../engine/index.js";
import type { ModelDefinition } from "../model/index.js";
import type { CommandContext } from "./context.js";
import { deviceOptions } from "./device.js";
import { modelCallbacks } from "./model-progress.js";
import { openSource, type SourceRequest } from "./model-source.js";
import type { Progress } from "./progress.js";
import { pickOptions } from "../support/options.js";
import { GENERATION_REQUEST } from "../engine/generation.js";

/** Opens the model and continues the prompts. @throws what `openSource` and `continuePrompts` throw */
export async function runGeneration(
  context: CommandContext,
  { models, ...request }: GenerationRequest & SourceRequest & { readonly models: readonly ModelDefinition[] },
  progress: Progress,
): Promise<GenerationSummary> {
  const { env, signal, onEvent: onDevice } = deviceOptions(context, progress);
  await using source = await openSource({ ...request, extensions: context.extensions }, models);
  return await continuePrompts(source, {
    ...pickOptions(request, GENERATION_REQUEST),
    ...modelCallbacks(progress),
    extensions: context.extensions,
    env,
    signal,
    onDevice,
    onNote: (note) => progress.note(note),
  });
}
