/** @file griffin chat: a dialogue with a checkpoint or an artifact. */
import { beginFormat } from "../tokens/index.js";
import { openDevice } from "../engine/index.js";
import { Chat } from "../serving/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import type { ComputeDType } from "../weights/index.js";
import { cacheOf } from "./cache.js";
import { converse } from "./chat/dialogue.js";
import { openLines } from "./chat/lines.js";
import type { CommandContext } from "./context.js";
import { deviceOptions } from "./device.js";
import type { ExitStatus } from "./io.js";
import { chooseDefinitions } from "./model-choice.js";
import { modelCallbacks } from "./model-progress.js";
import { openSource } from "./model-source.js";
import { formatOf } from "./format.js";
import type { CacheFlags, FormatFlags, LoweringFlags, SamplingFlags } from "./options.js";
import { pickOptions } from "../support/options.js";
import { SOURCE_OPTIONS } from "../engine/source.js";
import { CHAT_OPTIONS } from "../serving/chat.js";

interface Options extends LoweringFlags, CacheFlags, SamplingFlags, FormatFlags {
  readonly model?: string;
  readonly artifact?: string;
  readonly system?: string;
  readonly session?: string;
  readonly stop?: readonly string[];
  readonly maxNewTokens: number;
  readonly seed?: number;
  readonly dtype?: ComputeDType;
  readonly capacity?: number;
  readonly plugin: string;
  readonly json?: boolean;
}

export async function runChat(
  context: CommandContext,
  own: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  const format = await formatOf(context, options);
  using progress = context.progress();
  const request = {
    ...options,
    cache: cacheOf(context, options, progress),
    keyFolder: keyFolder(context.env),
    extensions: context.extensions,
  };
  await using source = await openSource(request, await chooseDefinitions(context, own));
  // Complaints about words come before a plugin is looked for.
  const words = { tokenizer: await source.tokenizer(), template: await source.chatTemplate() };
  if (format !== undefined) await beginFormat(format, words.tokenizer, source.vocabSize, []);
  await using device = await openDevice(options.plugin, deviceOptions(context, progress));
  const { model: loaded, notes } = await source.load(device.client, {
    ...pickOptions(request, SOURCE_OPTIONS),
    ...modelCallbacks(progress),
    signal: context.signal,
  });
  using model = loaded;
  for (const note of notes) progress.note(note);
  using chat = new Chat(model, words, pickOptions(options, CHAT_OPTIONS));
  if (options.session !== undefined) await chat.load(options.session, { signal: context.signal });
  using lines = openLines(context.io);
  if (lines.isTerminal)
    context.printError(context.colors.dim("/help lists commands, Ctrl-C breaks an answer off"));
  const isWhole = await converse({ context, chat, lines, format, streams: options.json !== true });
  if (options.json === true) {
    context.printJson({
      turns: chat.turns.map(({ role, content }) => ({ role, content })),
      tokens: chat.tokens,
    });
  }
  return isWhole || lines.isTerminal ? 0 : 1;
}
