/** @file How a dialogue becomes the text that a model reads: the template of its checkpoint, or the dialogue format of Gemma. */
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../support/errors.js";
import { JsonError, parseJson } from "../support/json.js";
import { boundedTemplate, LONGEST_RENDER, WorkLimitError } from "./bounded-template.js";
import { TimeLimitError } from "../support/time-limit.js";
import { textOf, type TokenizerFiles, withFilesOf } from "./checkpoint-files.js";
import { checkOptions } from "../support/options.js";

/** What somebody says in a dialogue. */
export interface ChatMessage {
  /** `user`, `assistant` (or `model`); `system` where the template has a place for it. */
  readonly role: string;
  readonly content: string;
}

export interface ChatTemplate {
  /**
   * The text of some messages, with the token that begins a sequence in front; with `generationPrompt` also what stands before an answer.
   * @throws UsageError for messages that the template refuses, in its words
   */
  render(messages: readonly ChatMessage[], options?: { readonly generationPrompt?: boolean }): string;
}

/** Turns of user and model alternate; there is no place for a system's text (arXiv 2404.07839, tables 3 and 4). */
const DIALOGUE_FORMAT = `{{ bos_token }}
{%- for message in messages -%}
  {%- if message['role'] not in ['user', 'assistant', 'model'] -%}
    {{ raise_exception('the dialogue format has no turn of role "' + message['role'] + '"') }}
  {%- endif -%}
  {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
    {{ raise_exception('turns do not alternate, beginning with the user') }}
  {%- endif -%}
  {{ '<start_of_turn>' + ('user' if message['role'] == 'user' else 'model') + '\\n' }}
  {{- message['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ '<start_of_turn>model\\n' }}
{%- endif -%}`;

const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);

/** The part of tokenizer_config.json that matters here. */
const configFile = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
  bos_token: token.nullish(),
  eos_token: token.nullish(),
});

/**
 * The template of a checkpoint's folder, or of files that are given: chat_template.jinja, or `chat_template` of tokenizer_config.json (the one called default, where
 * there are several); the dialogue format of Gemma where there is none.
 * @throws UsageError for files that cannot be read as such
 */
export function loadChatTemplate(from: string | TokenizerFiles): Promise<ChatTemplate> {
  return withFilesOf(from, readTemplate);
}

async function readTemplate(files: TokenizerFiles): Promise<ChatTemplate> {
  const configPath = join(files.where, "tokenizer_config.json");
  const config = parseConfig(configPath, await textOf(files, "tokenizer_config.json"));
  const path = join(files.where, "chat_template.jinja");
  const file = await textOf(files, "chat_template.jinja");
  if (file !== undefined) return chatTemplate(file, path, config);
  const { chat_template: given } = config;
  const template = Array.isArray(given) ? given.find(({ name }) => name === "default")?.template : given;
  if (template === null || template === undefined)
    return chatTemplate(DIALOGUE_FORMAT, "the dialogue format", config);
  return chatTemplate(template, `chat_template of ${configPath}`, config);
}

type Config = z.output<typeof configFile>;

function parseConfig(path: string, text: string | undefined): Config {
  if (text === undefined) return {};
  try {
    return configFile.parse(parseJson(text));
  } catch (cause) {
    if (!(cause instanceof z.ZodError || cause instanceof JsonError)) throw cause;
    const got = cause instanceof z.ZodError ? z.prettifyError(cause) : cause.message;
    throw new UsageError({ message: "tokenizer_config.json cannot be used", got, where: path, cause });
  }
}

async function chatTemplate(source: string, where: string, config: Config): Promise<ChatTemplate> {
  const template = await boundedTemplate(source).catch((cause: Error) => {
    throw beyondBounds(cause, where) ?? unparsed(cause, where);
  });
  const names = { bos_token: config.bos_token ?? "<bos>", eos_token: config.eos_token ?? "<eos>" };
  return {
    render(messages, options) {
      checkOptions("render", options, { generationPrompt: true });
      const { generationPrompt = false } = options ?? {};
      try {
        return template.render({ ...names, messages, add_generation_prompt: generationPrompt });
      } catch (cause) {
        throw beyondBounds(cause, where) ?? refused(cause as Error, where, messages);
      }
    },
  };
}

const unparsed = (cause: Error, where: string): UsageError =>
  new UsageError({ message: "the chat template cannot be parsed", got: cause.message, where, cause });

const refused = (cause: Error, where: string, messages: readonly ChatMessage[]): UsageError =>
  new UsageError({
    message: "the chat template refuses these messages",
    got: cause.message,
    where,
    details: messages.map(({ role }, i) => `message ${i}: ${role}`),
    cause,
  });

/** The error for a template that takes too much, or undefined for another one. */
function beyondBounds(cause: unknown, where: string): UsageError | undefined {
  if (!(cause instanceof WorkLimitError || cause instanceof TimeLimitError)) return undefined;
  return new UsageError({
    message: "the chat template does not come to an end",
    expected:
      cause instanceof WorkLimitError
        ? `texts and lists of at most ${cause.most} characters, 16 for each step and item`
        : `an end within ${LONGEST_RENDER / 1000} s`,
    where,
    hint: "it loops, or makes lists or texts that are long beyond any dialogue: is the file the one of the model's authors?",
    cause,
  });
}
