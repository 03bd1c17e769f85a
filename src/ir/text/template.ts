/**
 * @file The template language of pretty forms (ops/define.ts): a template compiled to pieces that print and
 * parse follow.
 */
import type { OpDefinition } from "../ops/define.js";

/** Which types stand in the tail of a template. */
export type TypeSlot = "T" | "F" | "O" | "R" | "O1";

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** `comma`: the group brings the comma before it. */
  | { readonly kind: "operands"; readonly name: string; readonly variadic: boolean; readonly comma: boolean }
  | { readonly kind: "attribute"; readonly name: string; readonly full: boolean }
  /** Written when `attribute` is there. */
  | { readonly kind: "optional"; readonly attribute: string; readonly pieces: readonly Piece[] };

export type TailPiece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "types"; readonly slot: TypeSlot };

export interface Template {
  readonly pieces: readonly Piece[];
  readonly tail: readonly TailPiece[];
  /** Whether the attribute dictionary comes before the pieces, and not behind them. */
  readonly dictionaryFirst: boolean;
  /** Attributes that the pieces write; the dictionary holds the rest. */
  readonly attributes: readonly string[];
}

const pieceToken =
  /<(?<optional>[^<>]*)>\?|%(?<operand>\w+)(?<group>\.\.\.)?|(?<full>\$?)\$(?<attribute>\w+)|[^<%$]+|</g;

function compilePieces(source: string): Piece[] {
  const pieces: Piece[] = [];
  for (const match of source.matchAll(pieceToken)) {
    const { optional, operand, group, full, attribute } = match.groups!;
    if (optional !== undefined) {
      const inner = compilePieces(optional);
      const named = inner.find((piece) => piece.kind === "attribute");
      pieces.push({ kind: "optional", attribute: named?.name ?? "", pieces: inner });
    } else if (operand !== undefined) {
      const variadic = group !== undefined;
      pieces.push({ kind: "operands", name: operand, variadic, comma: variadic && takeComma(pieces) });
    } else if (attribute !== undefined) {
      pieces.push({ kind: "attribute", name: attribute, full: full === "$" });
    } else {
      pieces.push({ kind: "text", text: match[0] });
    }
  }
  return pieces;
}

/** Removes `, ` from the end of the text before a group. */
function takeComma(pieces: Piece[]): boolean {
  const last = pieces.at(-1);
  if (last?.kind !== "text" || !last.text.endsWith(", ")) return false;
  pieces.pop();
  const rest = last.text.slice(0, -2);
  if (rest !== "") pieces.push({ kind: "text", text: rest });
  return true;
}

const compileTail = (source: string): TailPiece[] =>
  source
    .split(/\b(O1|[TFOR])\b/)
    .filter((part) => part !== "")
    .map((part) =>
      /^(O1|[TFOR])$/.test(part) ? { kind: "types", slot: part as TypeSlot } : { kind: "text", text: part },
    );

function attributesIn(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === "optional") return attributesIn(piece.pieces);
    return piece.kind === "attribute" ? [piece.name] : [];
  });
}

/** Stands for the attribute dictionary at the beginning of a template. */
const dictionaryMark = "{..}";

function compileTemplate(source: string): Template {
  const [, head = "", tail = ""] = /^(?:(.*?)\s*)(?:(?:^|\s):\s([^:]*))?$/s.exec(source)!;
  const dictionaryFirst = head.startsWith(dictionaryMark);
  const pieces = compilePieces(dictionaryFirst ? head.slice(dictionaryMark.length).trimStart() : head);
  return { pieces, tail: compileTail(tail), dictionaryFirst, attributes: attributesIn(pieces) };
}

/** The text of the template that an op's declaration stands for, or undefined for `generic` and `custom`. */
function templateSource({ assembly, operands }: OpDefinition): string | undefined {
  if (typeof assembly === "object") return assembly.template;
  if (assembly !== "unary" && assembly !== "binary") return undefined;
  return `${operands.map((operand) => `%${operand.name}`).join(", ")} : T`;
}

const compiled = new WeakMap<OpDefinition, Template | null>();

/** The template of an op's pretty form, if it has one. */
export function templateOf(definition: OpDefinition): Template | undefined {
  let template = compiled.get(definition);
  if (template === undefined) {
    const source = templateSource(definition);
    template = source === undefined ? null : compileTemplate(source);
    compiled.set(definition, template);
  }
  return template ?? undefined;
}
