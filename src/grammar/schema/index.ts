/** @file JSON schemas as grammars: each value of a schema is a rule, called by its path. */
import { ALL, charactersOf, type CodePoints } from "../code-points.js";
import { choice, repeat, sequence } from "../expression.js";
import { characters, type Grammar, literal, type Rule, rule, textOf } from "../grammar.js";
import { areDisjoint, typeOf } from "./disjoint.js";
import {
  checkAlone,
  isObject,
  KEYWORDS_OF_TYPES,
  partOf,
  pathOf,
  resolve,
  schemaError,
  type SchemaNode,
  schemaNode,
  type TypeName,
} from "./node.js";
import { jsonText, quoted } from "./json-strings.js";
import { numberGraph } from "./numbers.js";
import { namedProperties, propertyNames } from "./property-names.js";
import { stringGraph } from "./strings.js";

/** How documents of a schema are written. */
export interface SchemaOptions {
  /** Spaces, tabs and line feeds at most at each place between the parts of a document; default 0: none. */
  readonly whitespace?: number | undefined;
  /** The characters of strings that have a pattern; default: all. */
  readonly patternAlphabet?: CodePoints | undefined;
}

const NOTHING: Rule = sequence();
const ANY = "any value";

/**
 * The documents of a schema, in JSON: properties in the order of the schema, none that it does not name unless it names none. What a schema allows and a document
 * need not have may be left out (a number's exponent, properties beside the named ones): each document is of the schema, not each of the schema a document.
 * @throws UsageError with the path of what cannot be held to: keywords that are not known here, or that need more than a grammar
 */
export function schemaGrammar(schema: unknown, options: SchemaOptions = {}): Grammar {
  return new SchemaGrammar(schema, options).grammar();
}

class SchemaGrammar {
  readonly #rules = new Map<string, Rule>();
  readonly #space: Rule;
  readonly #alphabet: CodePoints;

  constructor(
    private readonly root: unknown,
    { whitespace = 0, patternAlphabet = ALL }: SchemaOptions,
  ) {
    this.#space = whitespace === 0 ? NOTHING : repeat(characters(charactersOf(" \n\t")), 0, whitespace);
    this.#alphabet = patternAlphabet;
  }

  grammar(): Grammar {
    this.#value(this.root, "#");
    return { rules: this.#rules, root: "#", nameOf: (path) => `${path} of the JSON schema` };
  }

  /** The rule of a schema's values. */
  #value(schema: unknown, path: string): Rule {
    if (!this.#rules.has(path)) {
      // It may contain itself.
      this.#rules.set(path, NOTHING);
      this.#rules.set(path, schema === false ? choice() : this.#valueOf(schemaNode(schema, path), path));
    }
    return rule(path);
  }

  #valueOf(node: SchemaNode, path: string): Rule {
    if (node.$ref !== undefined) {
      checkAlone(node, "$ref", path);
      return this.#value(resolve(this.root, node.$ref, path), pathOf(node.$ref));
    }
    for (const keyword of ["anyOf", "oneOf", "allOf"] as const) {
      const schemas = node[keyword];
      if (schemas === undefined) continue;
      checkAlone(node, keyword, path);
      return this.#alternatives(keyword, schemas, partOf(path, keyword));
    }
    if (node.const !== undefined || Object.hasOwn(node, "const"))
      return this.#listed("const", [node.const], node, path);
    if (node.enum !== undefined) return this.#listed("enum", node.enum, node, path);
    const types = typesOf(node);
    return types === undefined ? this.#any() : choice(...types.map((type) => this.#ofType(type, node, path)));
  }

  #alternatives(keyword: "anyOf" | "oneOf" | "allOf", schemas: readonly unknown[], path: string): Rule {
    if (keyword === "allOf" && schemas.length > 1) {
      throw schemaError(path, {
        message: "the schema asks for several schemas at once",
        expected: "one schema",
        got: `${schemas.length} in allOf`,
        hint: "write their keywords into one schema",
      });
    }
    if (keyword === "oneOf") this.#checkDisjoint(schemas, path);
    return choice(...schemas.map((each, i) => this.#value(each, partOf(path, i))));
  }

  #checkDisjoint(schemas: readonly unknown[], path: string): void {
    for (const [i, left] of schemas.entries())
      for (const [j, right] of schemas.entries()) {
        if (j <= i || areDisjoint(this.root, left, right)) continue;
        throw schemaError(path, {
          message: `a value may be of both ${i} and ${j} of oneOf`,
          expected:
            "alternatives of other types or values, or with a required property that tells them apart",
          hint: "anyOf takes alternatives that overlap",
        });
      }
  }

  #listed(keyword: string, values: readonly unknown[], node: SchemaNode, path: string): Rule {
    checkAlone(node, keyword, path, ["type"]);
    const types = node.type === undefined ? undefined : [node.type].flat();
    const isOfTypes = (value: unknown): boolean => {
      if (types === undefined || types.includes(typeOf(value))) return true;
      return types.includes("integer") && Number.isInteger(value);
    };
    return choice(...values.filter(isOfTypes).map((value) => this.#exactly(value)));
  }

  #exactly(value: unknown): Rule {
    if (typeof value === "string") return jsonText(value);
    if (Array.isArray(value))
      return this.#around("[", this.#separated(value.map((each) => this.#exactly(each))), "]");
    if (!isObject(value)) return literal(JSON.stringify(value));
    const properties = Object.entries(value).map(([name, of]) =>
      this.#property(jsonText(name), this.#exactly(of)),
    );
    return this.#around("{", this.#separated(properties), "}");
  }

  #ofType(type: TypeName, node: SchemaNode, path: string): Rule {
    switch (type) {
      case "null":
        return literal("null");
      case "boolean":
        return choice(literal("true"), literal("false"));
      case "integer":
      case "number":
        return textOf(numberGraph(node, type === "integer"), false);
      case "string":
        return quoted(stringGraph(node, path, this.#alphabet));
      case "array":
        return this.#array(node, path);
      case "object":
        return this.#object(node, path);
    }
  }

  #array({ prefixItems = [], items, minItems = 0, maxItems }: SchemaNode, path: string): Rule {
    const more = items === undefined ? this.#any() : this.#value(items, partOf(path, "items"));
    const first = prefixItems.map((schema, i) => this.#value(schema, partOf(path, "prefixItems", i)));
    // What is behind the ones that are told apart is left out, where it may be.
    const most =
      maxItems ?? (first.length > 0 && items === undefined ? Math.max(first.length, minItems) : undefined);
    const comma = this.#mark(",");
    const from = (place: number): Rule => {
      const separator = place === 0 ? NOTHING : comma;
      if (most !== undefined && place >= most) return minItems > place ? choice() : NOTHING;
      if (place > 0 && place >= first.length) {
        const left = most === undefined ? undefined : most - place;
        return repeat(sequence(comma, more), Math.max(0, minItems - place), left);
      }
      const rest = sequence(separator, first[place] ?? more, from(place + 1));
      return minItems > place ? rest : choice(NOTHING, rest);
    };
    return this.#around("[", from(0), "]");
  }

  #object(node: SchemaNode, path: string): Rule {
    const { properties = {}, required = [], additionalProperties = true } = node;
    const others = () => this.#value(additionalProperties, partOf(path, "additionalProperties"));
    const names = propertyNames(node, path);
    const listed = names.const === undefined ? names.enum?.map(String) : [String(names.const)];
    const known = namedProperties(node, listed, path);
    if (known.length > 0) {
      const ruleOf = (name: string): Rule =>
        Object.hasOwn(properties, name)
          ? this.#value(properties[name], partOf(path, "properties", name))
          : others();
      const named = known.map((name) => ({
        name,
        isRequired: required.includes(name),
        value: ruleOf(name),
      }));
      return this.#around("{", this.#named(named, path), "}");
    }
    if (additionalProperties === false) return this.#around("{", NOTHING, "}");
    const name = quoted(stringGraph(names, partOf(path, "propertyNames"), this.#alphabet));
    return this.#around("{", this.#several(this.#property(name, others())), "}");
  }

  /** Named properties in their order; those that are not required may be left out. */
  #named(
    properties: readonly { readonly name: string; readonly isRequired: boolean; readonly value: Rule }[],
    path: string,
  ): Rule {
    const rules = properties.map(({ name, value }) => {
      const called = `property ${partOf(path, name)}`;
      this.#rules.set(called, this.#property(jsonText(name), value));
      return rule(called);
    });
    const comma = this.#mark(",");
    // Behind one that is there, each of the others has its comma.
    const behind = (from: number): Rule =>
      sequence(
        ...properties.slice(from).map(({ isRequired }, i) => {
          const each = sequence(comma, rules[from + i]!);
          return isRequired ? each : choice(NOTHING, each);
        }),
      );
    const firstRequired = properties.findIndex(({ isRequired }) => isRequired);
    const last = firstRequired < 0 ? properties.length - 1 : firstRequired;
    const beginnings = rules.slice(0, last + 1).map((each, i) => sequence(each, behind(i + 1)));
    return firstRequired < 0 ? choice(NOTHING, ...beginnings) : choice(...beginnings);
  }

  #any(): Rule {
    if (this.#rules.has(ANY)) return rule(ANY);
    this.#rules.set(ANY, NOTHING);
    const types = ["null", "boolean", "number", "string"] as const;
    const item = rule(ANY);
    const property = this.#property(quoted(stringGraph({}, ANY, ALL)), item);
    this.#rules.set(
      ANY,
      choice(
        ...types.map((type) => this.#ofType(type, {}, ANY)),
        this.#around("[", this.#several(item), "]"),
        this.#around("{", this.#several(property), "}"),
      ),
    );
    return item;
  }

  /** Any number of parts, with commas. */
  #several(part: Rule): Rule {
    return choice(NOTHING, sequence(part, repeat(sequence(this.#mark(","), part), 0)));
  }

  #property(name: Rule, value: Rule): Rule {
    return sequence(name, this.#mark(":"), value);
  }

  #separated(parts: readonly Rule[]): Rule {
    return sequence(...parts.flatMap((part, i) => (i === 0 ? [part] : [this.#mark(","), part])));
  }

  /** A mark between two parts, with its spaces. */
  #mark(mark: string): Rule {
    return sequence(this.#space, literal(mark), this.#space);
  }

  #around(open: string, inner: Rule, close: string): Rule {
    return sequence(literal(open), this.#space, inner, this.#space, literal(close));
  }
}

/** The types that a schema names, or that its keywords are for; undefined for all. */
function typesOf(node: SchemaNode): readonly TypeName[] | undefined {
  if (node.type !== undefined) return [node.type].flat();
  const found = Object.keys(node).flatMap((name) => KEYWORDS_OF_TYPES[name]?.[0] ?? []);
  return found.length === 0 ? undefined : [...new Set(found)];
}
