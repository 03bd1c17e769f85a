/** @file The tokens of the C subset that PJRT headers are written in. */
import { createToken, Lexer } from "chevrotain";

export const Identifier = createToken({ name: "Identifier", pattern: /[A-Za-z_]\w*/ });

const keyword = (word: string) =>
  createToken({ name: `Keyword_${word}`, pattern: new RegExp(word), longer_alt: Identifier });
const symbol = (name: string, text: string) => createToken({ name, pattern: text });

export const Typedef = keyword("typedef");
export const Enum = keyword("enum");
export const Struct = keyword("struct");
export const Union = keyword("union");
export const Const = keyword("const");
export const NoDiscard = createToken({
  name: "NoDiscard",
  pattern: /PJRT_NO_DISCARD/,
  longer_alt: Identifier,
  group: Lexer.SKIPPED,
});
export const Traits = createToken({
  name: "Traits",
  pattern: /(PJRT|PROFILER)_DEFINE_STRUCT_TRAITS/,
  longer_alt: Identifier,
});
export const StructSize = createToken({
  name: "StructSize",
  pattern: /PJRT_STRUCT_SIZE/,
  longer_alt: Identifier,
});
export const ApiField = createToken({
  name: "ApiField",
  pattern: /_PJRT_API_STRUCT_FIELD/,
  longer_alt: Identifier,
});
export const Integer = createToken({ name: "Integer", pattern: /\d+/ });
export const LeftBrace = symbol("LeftBrace", "{");
export const RightBrace = symbol("RightBrace", "}");
export const LeftParenthesis = symbol("LeftParenthesis", "(");
export const RightParenthesis = symbol("RightParenthesis", ")");
export const Semicolon = symbol("Semicolon", ";");
export const Comma = symbol("Comma", ",");
export const Star = symbol("Star", "*");
export const Equals = symbol("Equals", "=");

const Blank = createToken({ name: "Blank", pattern: /\s+/, group: Lexer.SKIPPED, line_breaks: true });
export const Comment = createToken({
  name: "Comment",
  pattern: /\/\/[^\n]*|\/\*[\s\S]*?\*\//,
  group: "comments",
  line_breaks: true,
});

/** All tokens, in the order the lexer tries them. */
export const ALL_TOKENS = [
  Blank,
  Comment,
  NoDiscard,
  Traits,
  StructSize,
  ApiField,
  Typedef,
  Enum,
  Struct,
  Union,
  Const,
  Identifier,
  Integer,
  LeftBrace,
  RightBrace,
  LeftParenthesis,
  RightParenthesis,
  Semicolon,
  Comma,
  Star,
  Equals,
];
