/** @file The grammar of the C subset that PJRT headers are written in. It throws on what it does not know, it never skips. */
import { EmbeddedActionsParser, Lexer } from "chevrotain";
import type {
  Declaration,
  EnumeratorValue,
  FieldDeclaration,
  Header,
  TypeReference,
} from "./declarations.js";
import { preprocess } from "./preprocess.js";
import * as T from "./tokens.js";

const lexer = new Lexer(T.ALL_TOKENS);

class HeaderParser extends EmbeddedActionsParser {
  constructor() {
    super(T.ALL_TOKENS, { maxLookahead: 4 });
    this.performSelfAnalysis();
  }

  readonly header = this.RULE("header", (): Declaration[] => {
    const declarations: Declaration[] = [];
    this.MANY(() => {
      declarations.push(this.SUBRULE(this.declaration));
      this.CONSUME(T.Semicolon);
    });
    return declarations;
  });

  private readonly declaration = this.RULE(
    "declaration",
    (): Declaration =>
      this.OR<Declaration>([
        { ALT: () => this.SUBRULE(this.traits) },
        { ALT: () => this.SUBRULE(this.enumeration) },
        { ALT: () => this.SUBRULE(this.structure) },
        {
          ALT: () => {
            this.CONSUME(T.Typedef);
            return this.SUBRULE(this.typedef);
          },
        },
      ]),
  );

  private readonly traits = this.RULE("traits", (): Declaration => {
    this.CONSUME(T.Traits);
    this.CONSUME(T.LeftParenthesis);
    const struct = this.CONSUME1(T.Identifier).image;
    this.CONSUME(T.Comma);
    const lastField = this.CONSUME2(T.Identifier).image;
    this.CONSUME(T.RightParenthesis);
    return { kind: "traits", struct, lastField };
  });

  /** What follows `typedef`: a named enum or struct, an opaque struct, a function or a pointer to one. */
  private readonly typedef = this.RULE(
    "typedef",
    (): Declaration =>
      this.OR<Declaration>([
        {
          ALT: () => {
            const declared = this.SUBRULE(this.enumeration);
            const name = this.CONSUME1(T.Identifier).image;
            return { ...declared, name } as Declaration;
          },
        },
        {
          GATE: () => this.LA(1).tokenType === T.Struct && this.LA(3).tokenType !== T.Star,
          ALT: () => {
            const declared = this.SUBRULE(this.structure);
            this.CONSUME2(T.Identifier);
            return declared;
          },
        },
        { ALT: () => this.SUBRULE(this.functionType) },
      ]),
  );

  private readonly functionType = this.RULE("functionType", (): Declaration => {
    const returns = this.SUBRULE(this.type);
    return this.OR<Declaration>([
      {
        ALT: () => {
          const name = this.CONSUME1(T.Identifier).image;
          const argument = this.SUBRULE1(this.parameters);
          return { kind: "function", name, returns, argument };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.LeftParenthesis);
          this.CONSUME(T.Star);
          const name = this.CONSUME2(T.Identifier).image;
          this.CONSUME(T.RightParenthesis);
          this.SUBRULE2(this.parameters);
          return { kind: "callback", name };
        },
      },
    ]);
  });

  private readonly enumeration = this.RULE("enumeration", (): Declaration => {
    this.CONSUME(T.Enum);
    const name = this.OPTION1(() => this.CONSUME1(T.Identifier).image);
    this.CONSUME(T.LeftBrace);
    const members: { name: string; value: EnumeratorValue }[] = [];
    this.MANY(() => {
      const member = this.CONSUME2(T.Identifier).image;
      const value = this.OPTION2((): EnumeratorValue => {
        this.CONSUME(T.Equals);
        return this.SUBRULE(this.enumeratorValue);
      });
      members.push({ name: member, value: value ?? "next" });
      this.OPTION3(() => this.CONSUME(T.Comma));
    });
    this.CONSUME(T.RightBrace);
    return { kind: "enum", name, members };
  });

  private readonly enumeratorValue = this.RULE(
    "enumeratorValue",
    (): EnumeratorValue =>
      this.OR<EnumeratorValue>([
        { ALT: () => Number(this.CONSUME(T.Integer).image) },
        {
          ALT: () => {
            this.CONSUME(T.StructSize);
            this.CONSUME(T.LeftParenthesis);
            const struct = this.CONSUME1(T.Identifier).image;
            this.CONSUME(T.Comma);
            const lastField = this.CONSUME2(T.Identifier).image;
            this.CONSUME(T.RightParenthesis);
            return { struct, lastField };
          },
        },
      ]),
  );

  private readonly structure = this.RULE("structure", (): Declaration => {
    this.CONSUME(T.Struct);
    const name = this.CONSUME(T.Identifier).image;
    const fields = this.OPTION(() => this.SUBRULE(this.fields));
    return fields === undefined ? { kind: "opaque", name } : { kind: "struct", name, fields };
  });

  private readonly fields = this.RULE("fields", (): FieldDeclaration[] => {
    const fields: FieldDeclaration[] = [];
    this.CONSUME(T.LeftBrace);
    this.MANY(() => {
      fields.push(this.SUBRULE(this.field));
    });
    this.CONSUME(T.RightBrace);
    return fields;
  });

  private readonly field = this.RULE(
    "field",
    (): FieldDeclaration =>
      this.OR<FieldDeclaration>([
        {
          ALT: () => {
            this.CONSUME(T.Union);
            const fields = this.SUBRULE(this.fields);
            this.CONSUME1(T.Semicolon);
            return { kind: "union", fields };
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.ApiField);
            this.CONSUME1(T.LeftParenthesis);
            const name = this.CONSUME1(T.Identifier).image;
            this.CONSUME1(T.RightParenthesis);
            const line = this.CONSUME2(T.Semicolon).startLine!;
            return { kind: "slot", name, line };
          },
        },
        { ALT: () => this.SUBRULE(this.memberField) },
      ]),
  );

  private readonly memberField = this.RULE("memberField", (): FieldDeclaration => {
    const type = this.SUBRULE(this.type);
    return this.OR<FieldDeclaration>([
      {
        ALT: () => {
          const name = this.CONSUME1(T.Identifier).image;
          const line = this.CONSUME1(T.Semicolon).startLine!;
          return { kind: "value", name, type, line };
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.LeftParenthesis);
          this.CONSUME(T.Star);
          const name = this.CONSUME2(T.Identifier).image;
          this.CONSUME(T.RightParenthesis);
          this.SUBRULE(this.parameters);
          const line = this.CONSUME2(T.Semicolon).startLine!;
          return { kind: "function", name, line };
        },
      },
    ]);
  });

  private readonly type = this.RULE("type", (): TypeReference => {
    this.OPTION1(() => this.CONSUME1(T.Const));
    this.OPTION2(() => this.CONSUME(T.Struct));
    const base = this.CONSUME(T.Identifier).image;
    let pointers = 0;
    this.MANY(() => {
      this.OPTION3(() => this.CONSUME2(T.Const));
      this.CONSUME(T.Star);
      pointers++;
    });
    return { base, pointers };
  });

  /** A parameter list; returns the base type of its only parameter, if it has just one. */
  private readonly parameters = this.RULE("parameters", (): string | undefined => {
    const bases: string[] = [];
    this.CONSUME1(T.LeftParenthesis);
    this.MANY_SEP({
      SEP: T.Comma,
      DEF: () => {
        bases.push(this.SUBRULE(this.type).base);
        this.OPTION(() =>
          this.OR([
            { ALT: () => this.CONSUME1(T.Identifier) },
            {
              ALT: () => {
                this.CONSUME2(T.LeftParenthesis);
                this.CONSUME(T.Star);
                this.CONSUME2(T.Identifier);
                this.CONSUME1(T.RightParenthesis);
                this.SUBRULE(this.parameters);
              },
            },
          ]),
        );
      },
    });
    this.CONSUME2(T.RightParenthesis);
    return bases.length === 1 ? bases[0] : undefined;
  });
}

const parser = new HeaderParser();

/**
 * Reads a PJRT C API header (`pjrt_c_api.h` or an extension's).
 * @throws Error with line and column at the first token, directive or construct it does not know
 */
export function parseHeader(source: string): Header {
  const { text, constants } = preprocess(source);
  const { tokens, errors, groups } = lexer.tokenize(text);
  const lexError = errors[0];
  if (lexError !== undefined)
    throw new Error(`line ${lexError.line}:${lexError.column}: ${lexError.message}`);
  parser.input = tokens;
  const declarations = parser.header();
  const parseError = parser.errors[0];
  if (parseError !== undefined) {
    const { startLine, startColumn } = parseError.token;
    throw new Error(`line ${startLine}:${startColumn}: ${parseError.message}`);
  }
  const comments = new Map<number, string>();
  for (const comment of groups.comments ?? []) comments.set(comment.endLine!, comment.image);
  return { declarations, constants, comments };
}
