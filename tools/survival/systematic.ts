/**
 * @file Programs for the survival tier that leave nothing to chance: each op's program with every element type in the place of each of
 * its own, of two of them at once, with values from arguments, constants and broadcasts, the same value twice, and with sizes 0 and 1.
 */
import type { Operation } from "../../src/ir/operation.js";
import { parseModule } from "../../src/ir/text/index.js";
import { type Candidate, returnAll } from "./candidate.js";
import { elements } from "./elements.js";
import { INDEX, mixed } from "./mixed.js";
import { type Argument, argumentsOf, HEAD, TENSOR, withHead } from "./program-text.js";
import { askSizes, ofUnknownSizes } from "./unknown-sizes.js";
import { variants } from "./variants.js";

const isFloat = (element: string): boolean => /^b?f\d/.test(element);

const elementsOf = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(new RegExp(TENSOR, "g"))].map((match) => match[2]!)),
];

/** Other elements for some of a text's, all at once. */
const withElements = (text: string, others: ReadonlyMap<string, string>): string =>
  text.replace(new RegExp(TENSOR, "g"), (_, sizes: string, element: string) => {
    return `tensor<${sizes}${others.get(element) ?? element}>`;
  });

/** The text with each element in place of one of its own. */
function* ofOneElement(text: string): Generator<string> {
  for (const from of elementsOf(text))
    for (const to of elements) yield withElements(text, new Map([[from, to]]));
}

/** The text with each two elements in place of two of its own. */
function* ofTwoElements(text: string): Generator<string> {
  const used = elementsOf(text).filter((element) => element !== INDEX);
  for (const [i, a] of used.entries())
    for (const b of used.slice(i + 1))
      for (const first of elements)
        for (const second of elements)
          yield withElements(
            text,
            new Map([
              [a, first],
              [b, second],
            ]),
          );
}

/** The text with 0 and 1 in place of each size. */
function* ofOtherSizes(text: string): Generator<readonly [size: number, text: string]> {
  const used = new Set([...text.matchAll(/(?<=[<x])(\d+)(?=x)/g)].map((match) => match[1]!));
  for (const to of [0, 1])
    for (const from of used) yield [to, text.replace(new RegExp(`(?<=[<x])${from}(?=x)`, "g"), `${to}`)];
}

/** Of so many arguments each is a constant by itself too. */
const MOST_APART = 3;

/** A number as an element: those of floats have points, and complex ones two parts. */
function literal(element: string, number: number): string {
  if (element === "i1") return `${number !== 0}`;
  if (element.startsWith("complex")) return `(${number}.0, 1.0)`;
  return isFloat(element) ? `${number}.0` : `${number}`;
}

/** Elements that are not all the same, which every type has: 1 and, but for floats, 0. */
function counted(element: string, [size, ...inner]: readonly number[], next = { place: 0 }): string {
  if (size === undefined) return literal(element, [1, isFloat(element) ? 2 : 0][next.place++ % 2]!);
  return `[${Array.from({ length: size }, () => counted(element, inner, next)).join(", ")}]`;
}

/** How a value comes to be, instead of by an argument: what @main takes for it, and the operation. */
type Source = (argument: Argument) => { readonly taken?: string; readonly made: string } | undefined;

const splat: Source = ({ name, type, element }) => ({
  made: `${name} = stablehlo.constant dense<${literal(element, 1)}> : ${type}`,
});

const numbered: Source = ({ name, type, element, sizes }) =>
  sizes.length === 0 || sizes.includes(0)
    ? splat({ name, type, element, sizes })
    : { made: `${name} = stablehlo.constant dense<${counted(element, sizes)}> : ${type}` };

const broadcast: Source = ({ name, type, element, sizes }) => {
  if (sizes.length === 0) return undefined;
  const one = `${name}_one`;
  return {
    taken: `${one}: tensor<${element}>`,
    made: `${name} = stablehlo.broadcast_in_dim ${one}, dims = [] : (tensor<${element}>) -> ${type}`,
  };
};

const iota: Source = ({ name, type, sizes }) =>
  sizes.length === 0 ? undefined : { made: `${name} = stablehlo.iota dim = ${sizes.length - 1} : ${type}` };

/** The text with values from elsewhere than from arguments, where `which` says so. */
function withSource(
  text: string,
  args: readonly Argument[],
  source: Source,
  which: (index: number) => boolean,
): string | undefined {
  const made: string[] = [];
  const taken: string[] = [];
  for (const [i, argument] of args.entries()) {
    const other = which(i) ? source(argument) : undefined;
    if (other !== undefined) made.push(other.made);
    const kept = other === undefined ? `${argument.name}: ${argument.type}` : other.taken;
    if (kept !== undefined) taken.push(kept);
  }
  if (made.length === 0) return undefined;
  return withHead(text, taken, made);
}

/** The text with one value wherever two arguments of the same type are. */
function withTwice(text: string, args: readonly Argument[]): string | undefined {
  const firsts = new Map<string, string>();
  const names = new Map<string, string>();
  for (const { name, type } of args) {
    const first = firsts.get(type);
    if (first === undefined) firsts.set(type, name);
    else names.set(name, first);
  }
  if (names.size === 0) return undefined;
  const kept = args.filter(({ name }) => !names.has(name));
  const taken = kept.map(({ name, type }) => `${name}: ${type}`);
  return withHead(text, taken, []).replace(/%\w+/g, (name) => names.get(name) ?? name);
}

/** The text with all of its values from constants or broadcasts. */
function* ofOneSource(text: string, sources: readonly Source[]): Generator<string> {
  const args = argumentsOf(text) ?? [];
  for (const source of sources) {
    const other = withSource(text, args, source, () => true);
    if (other !== undefined) yield other;
  }
}

/**
 * The text with its values from everywhere, each a constant by itself too, and with one value in several places. Not by itself in a loop, which
 * counts from one argument to another by a third: it would never end.
 */
function* ofAllSources(text: string): Generator<string> {
  yield* ofOneSource(text, [splat, numbered, broadcast, iota]);
  const args = argumentsOf(text) ?? [];
  const twice = withTwice(text, args);
  if (twice !== undefined) yield twice;
  if (args.length === 1 || args.length > MOST_APART || text.includes("stablehlo.while")) return;
  for (const i of args.keys()) {
    const other = withSource(text, args, splat, (at) => at === i);
    if (other !== undefined) yield other;
  }
}

/** Operations that pass on what they are given, or say where it is: neither how it comes to be nor how much it is matters. */
const PASSES_ON =
  /\b(?:sdy\.\w+|(?:stablehlo|func)\.(?:tuple|get_tuple_element|custom_call|composite|optimization_barrier|get_dimension_size))\b/;

/** The text with each element in place of one of its own: from everywhere, and of other sizes. */
function* changedTexts(text: string): Generator<string> {
  for (const typed of ofOneElement(text)) {
    yield typed;
    if (PASSES_ON.test(text)) continue;
    yield* ofAllSources(typed);
    for (const [size, sized] of ofOtherSizes(typed)) {
      yield sized;
      if (size === 0) yield* ofOneSource(sized, [splat]);
    }
  }
  yield* ofUnknownSizes(text);
  for (const [, sized] of ofOtherSizes(text)) yield* ofUnknownSizes(sized);
}

/** The text with each element in place of one of its own: of arguments, and of constants. */
function* variedTexts(text: string): Generator<string> {
  for (const typed of ofOneElement(text)) {
    yield typed;
    yield* ofOneSource(typed, [splat, numbered]);
  }
}

/** A text of several elements with each two in place of two of its own: of arguments, and of constants where these are few. */
function* mixedTexts(text: string): Generator<string> {
  const { length = 0 } = argumentsOf(text) ?? [];
  const sources = [[], [splat, numbered, broadcast], [splat]][length] ?? [];
  for (const typed of ofTwoElements(text)) {
    yield typed;
    yield* ofOneSource(typed, sources);
  }
}

/** What makes a text another than those before it: its operations, and what they take but for sizes. */
const likeness = (text: string): string =>
  [
    ...[...text.matchAll(/\b(?:stablehlo|chlo|nn|griffin|sdy|arith|func)\.[\w.-]+/g)].map(
      (match) => match[0],
    ),
    (HEAD.exec(text)?.[1] ?? "").replace(/%\w+/g, "").replace(/\d+x/g, "x"),
  ].join(" ");

/** Every text once; many do not verify. Texts that are alike but for sizes count once. */
function* systematicTexts(texts: readonly string[]): Generator<string> {
  const shapes = new Map(texts.map((text) => [likeness(text), text]));
  for (const text of shapes.values()) yield* new Set(changedTexts(text));
  for (const text of variants) yield* new Set(variedTexts(text));
  for (const text of mixed) yield* new Set(mixedTexts(text));
}

/** Of every program that is made of these texts one of `count` parts, the first of which is 1. */
export function* systematicPrograms(
  texts: readonly string[],
  { shard, count }: { readonly shard: number; readonly count: number },
): Generator<Candidate> {
  let place = 0;
  for (const text of systematicTexts(texts)) {
    if (++place % count !== shard % count) continue;
    const make = (): Operation => {
      const module = parseModule(text);
      askSizes(module);
      returnAll(module);
      return module;
    };
    yield { name: `program ${place}`, make };
  }
}
