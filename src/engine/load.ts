/** @file load: a checkpoint or an artifact, by its path alone, ready to generate. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { returnSetAside } from "../artifact/index.js";
import { type Extension, modelsWith } from "../extension/index.js";
import type { ModelDefinition } from "../model/index.js";
import {
  Chat,
  type ChatOptions,
  type Completion,
  completions,
  type GeneratedToken,
  type GenerateOptions,
  generate,
} from "../serving/index.js";
import { checkMainThread } from "../runtime-pjrt/index.js";
import { UsageError } from "../support/errors.js";
import { meantPath } from "../support/meant-path.js";
import { defaultTarget } from "../targets/index.js";
import type { Tokenizer } from "../tokens/index.js";
import { openDevice } from "./open-device.js";
import { encodePrompts, listOfPrompts, type Prompt } from "./prompts.js";
import {
  artifactSource,
  checkpointSource,
  checkSourceOptions,
  type LoadedSource,
  type SourceOptions,
  SOURCE_OPTIONS,
} from "./source.js";
import { expectGiven } from "../support/given.js";
import { waitInSteps } from "../support/wait.js";
import { checkOptions, type OptionNames, pickOptions, withoutOptions } from "../support/options.js";
import { GENERATE_OPTIONS } from "../serving/generate.js";

/** How a model is loaded; all but the models is optional. */
export interface LoadOptions extends SourceOptions {
  /** Those that a checkpoint may be of. */
  readonly models: readonly ModelDefinition[];
  /** Whose models, targets, strategies and stages there are too. */
  readonly extensions?: readonly Extension[] | undefined;
  /** Name or path of the PJRT plugin to run on, fetched if it can be and is missing. Default: the CPU's. */
  readonly plugin?: string | undefined;
}

export const LOAD_OPTIONS: OptionNames<LoadOptions> = {
  ...SOURCE_OPTIONS,
  models: true,
  extensions: true,
  plugin: true,
};

/** What `load` gives: a model on a device of a client of its own. Close it, or declare it with `await using`. */
export interface LoadedModel extends LoadedSource, AsyncDisposable {
  /**
   * Continues one prompt or several, side by side: text, or token ids that are taken as they are. Tokens come as they are made.
   * @throws UsageError for text without a tokenizer, and what `generate` throws
   */
  generate(
    prompts: Prompt | readonly Prompt[],
    options?: Omit<GenerateOptions, "tokenizer">,
  ): AsyncGenerator<GeneratedToken, void, void>;
  /**
   * As `generate`, whole texts in the order in which they end: for more prompts than `batch` rows hold, which the next ones take as they are free.
   * @throws what `generate` throws
   */
  complete(
    prompts: readonly Prompt[],
    options?: Omit<GenerateOptions, "tokenizer">,
  ): AsyncGenerator<Completion, void, void>;
  /**
   * A dialogue, in the manner of the checkpoint's template. Close it before the model.
   * @throws UsageError without a tokenizer, and for a system's text that the template has no place for
   */
  chat(options?: ChatOptions): Promise<Chat>;
  close(): Promise<void>;
}

/**
 * Opens a checkpoint folder or an artifact (folder or .zip), loads the plugin and puts the weights on its first device. Where that is
 * the processor, the process keeps memory that it freed (`keepFreedMemory` of clients).
 * @throws UsageError for a path where nothing is, compiler options for an artifact, or an artifact's for a checkpoint; EnvironmentError
 * in a worker thread, and without a plugin; CheckpointError, ArtifactError with everything that does not fit; AbortedError
 */
export async function load(path: string, options: LoadOptions): Promise<LoadedModel> {
  checkOptions("load", options, LOAD_OPTIONS);
  expectGiven(typeof path === "string", path, {
    by: "load",
    what: "path",
    expected: "a folder of a checkpoint, or an artifact (a folder or a .zip)",
  });
  const left = waitInSteps("loading the model", { signal: options.signal, timeoutMs: options.timeoutMs });
  left();
  // Before anything is read, or a plugin is fetched.
  checkMainThread();
  await returnSetAside(path);
  const isArtifact = looksLikeArtifact(path);
  checkSourceOptions(isArtifact ? "artifact" : "checkpoint", options, path);
  const closing: (() => PromiseLike<void> | void)[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeAll(closing);
    return closed;
  };
  try {
    const source = await (isArtifact ? artifactSource : checkpointSource)(
      path,
      modelsWith(options.models, options.extensions ?? []),
    );
    closing.unshift(() => source[Symbol.asyncDispose]());
    const name = options.plugin ?? defaultTarget.plugin;
    const { client } = await openDevice(name, left());
    closing.unshift(() => client.close());
    const loaded = await source.load(client, { ...pickOptions(options, SOURCE_OPTIONS), ...left() });
    closing.unshift(() => loaded.model.close());
    let kept: Promise<Tokenizer> | undefined;
    const tokenizer = (): Promise<Tokenizer> => {
      kept ??= source.tokenizer();
      return kept;
    };
    const generateText: LoadedModel["generate"] = async function* (prompts, rest) {
      checkOptions("generate", rest, OWN_GENERATE_OPTIONS);
      const vocabulary = { vocabSize: source.vocabSize, tokenizer };
      const encoded = await encodePrompts(listOfPrompts(prompts), vocabulary, rest);
      yield* generate(loaded.model, encoded.prompts, { ...rest, tokenizer: encoded.tokenizer });
    };
    return {
      ...loaded,
      generate: generateText,
      complete: (prompts, rest) => completions(generateText(prompts, rest)),
      chat: async (rest) => {
        const [words, template] = await Promise.all([tokenizer(), source.chatTemplate()]);
        return new Chat(loaded.model, { tokenizer: words, template }, rest);
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** It has its own tokenizer. */
const OWN_GENERATE_OPTIONS = withoutOptions(GENERATE_OPTIONS, "tokenizer");

async function closeAll(steps: readonly (() => PromiseLike<void> | void)[]): Promise<void> {
  for (const step of steps) await step();
}

/** A checkpoint has config.json, an artifact manifest.json; an archive is an artifact. @throws UsageError when neither is there */
function looksLikeArtifact(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true || existsSync(join(path, "manifest.json"))) return true;
  if (stats !== undefined) return false;
  throw new UsageError({
    message: `${path} does not exist`,
    expected: "a folder of a checkpoint, or an artifact (a folder or a .zip)",
    hint: meantPath(path),
  });
}
