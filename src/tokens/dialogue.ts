/** @file Token ids of a dialogue: markers of the template are tokens, what people type is text, and answers are the tokens that were made. */
import type { ChatMessage, ChatTemplate } from "./chat-template.js";
import type { Tokenizer } from "./tokenizer.js";

/** What somebody said. */
export interface Turn extends ChatMessage {
  /** The tokens that an answer was made of; without them it is read as text. */
  readonly ids?: readonly number[] | undefined;
}

/** Stand for contents while a template is rendered: characters for private use. */
const placeOf = (turn: number): string => `\u{F0000}${turn}\u{F0001}`;
const PLACE = /\u{F0000}(\d+)\u{F0001}/u;

/** What a beginning of a sequence is called in templates; the tokenizer puts it in front itself. */
const BEGIN = /^(?:<bos>|<s>)/;

/** How tokens look that are markers, where they have a text at all. */
const MARKER = /^(?:<.+>|\[.+\])$/s;

/**
 * Token ids of a dialogue, the one that begins a sequence in front; with `asked` also what stands before an answer. Whoever types a marker,
 * such as `<end_of_turn>`, types letters.
 * @param markers ids that no typed text becomes, beside those of the template and the tokenizer's controls
 * @throws UsageError for turns that the template refuses, in its words
 */
export function encodeDialogue(
  { template, tokenizer, markers }: DialogueFormat,
  turns: readonly Turn[],
  asked: boolean,
): readonly number[] {
  const render = (contents: readonly string[]): string =>
    template.render(
      turns.map(({ role }, i) => ({ role, content: contents[i]! })),
      { generationPrompt: asked },
    );
  const rendered = render(turns.map((_, i) => placeOf(i)));
  const spaced = render(turns.map((_, i) => ` ${placeOf(i)} `));
  // Literal texts at even places, numbers of turns at odd ones.
  const parts = rendered.split(PLACE);
  const literals = parts.map((part, i) => (i % 2 === 0 ? literal(tokenizer, part, i === 0) : []));
  const isMarker = (id: number): boolean => markers.includes(id) || MARKER.test(tokenizer.decode([id]));
  const known = new Set([...markers, ...literals.flat().filter(isMarker)]);
  return parts.flatMap((part, i) => {
    if (i % 2 === 0) return literals[i]!;
    const { content, ids } = turns[Number(part)]!;
    if (ids !== undefined) return ids;
    const isTrimmed = !spaced.includes(` ${placeOf(Number(part))} `);
    return encodeTyped(tokenizer, isTrimmed ? content.trim() : content, known);
  });
}

/** How dialogues of a model are written. */
export interface DialogueFormat {
  readonly template: ChatTemplate;
  readonly tokenizer: Tokenizer;
  readonly markers: readonly number[];
}

function literal(tokenizer: Tokenizer, part: string, isFirst: boolean): readonly number[] {
  if (isFirst) return tokenizer.encode(part.replace(BEGIN, ""));
  return part === "" ? [] : tokenizer.encode(part).slice(1);
}

/** Ids of a text none of which is a marker or one of the tokenizer's controls: one that is typed is read in two halves. */
export function encodeTyped(
  tokenizer: Tokenizer,
  text: string,
  markers: ReadonlySet<number>,
): readonly number[] {
  if (text === "") return [];
  const encode = (part: string): readonly number[] => tokenizer.encode(part).slice(1);
  const { controls = [] } = tokenizer;
  const isMarker = (id: number): boolean => markers.has(id) || controls.includes(id);
  const hasMarker = (ids: readonly number[]): boolean => ids.some(isMarker);
  const ids = encode(text);
  const characters = Array.from(text);
  // A text that begins with the first token of a sequence has it once: as that token. Behind a character it is seen; one of the text has a token.
  const behind = (part: string): readonly number[] => encode(`${characters[0]!}${part}`);
  if (!hasMarker(ids) && !hasMarker(behind(text))) return ids;
  let [low, high] = [1, characters.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hasMarker(behind(characters.slice(0, middle).join("")))) high = middle;
    else low = middle + 1;
  }
  // The marker ends with this character, so what is before it holds none.
  const before = characters.slice(0, low - 1).join("");
  const after = characters.slice(low - 1).join("");
  if (before === "") return ids.filter((id) => !isMarker(id));
  return [...encodeTyped(tokenizer, before, markers), ...encodeTyped(tokenizer, after, markers)];
}
