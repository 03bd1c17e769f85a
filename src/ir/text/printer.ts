/** @file Writes operations, regions and blocks, in the pretty or the generic form. */
import type { Attribute } from "../attribute.js";
import type { Location } from "../location.js";
import type { Block, Operation, Region, Value } from "../operation.js";
import type { OpDefinition } from "../ops/define.js";
import { resolveOperandGroups } from "../ops/groups.js";
import { definitionOf } from "../ops/index.js";
import { formatFunctionType, formatType, type Type } from "../types.js";
import type { FormPrinter } from "./forms/form.js";
import { findForm } from "./forms/index.js";
import type { ValueNames } from "./names.js";
import { type AttributeStyle, formatAttribute, formatEntries } from "./print-attributes.js";
import type { LocationAliases } from "./print-locations.js";
import { printTemplate } from "./print-template.js";
import { quote } from "./strings.js";
import { templateOf } from "./template.js";

export interface PrinterOptions extends AttributeStyle {
  readonly generic: boolean;
  readonly names: ValueNames;
  /** Present when locations are written. */
  readonly locations?: LocationAliases | undefined;
}

const typesOf = (values: readonly Value[]): Type[] => values.map((value) => value.type);

/** Ops whose regions let the names of their own dialect stand without it: `return` in a function. */
const defaultDialects: ReadonlyMap<string, string> = new Map([
  ["func.func", "func."],
  ["builtin.module", "builtin."],
]);

/**
 * Whether an operation has what its declaration asks for; pretty forms rely on it, and anything can be
 * written generically.
 */
const isWhole = ({ attributes, operands, regions }: Operation, definition: OpDefinition): boolean =>
  Object.entries(definition.attributes).every(
    ([name, kind]) => kind.optional || attributes[name] !== undefined,
  ) &&
  resolveOperandGroups(definition, operands) !== undefined &&
  (definition.regions?.at(-1)?.startsWith("*") || regions.length === (definition.regions?.length ?? 0));

const sameAttribute = (a: Attribute, b: Attribute): boolean => formatAttribute(a) === formatAttribute(b);

/** Writes text; forms (forms/) use it for what follows an op's name. */
export class Printer implements FormPrinter {
  text = "";
  readonly style: AttributeStyle;
  readonly #options: PrinterOptions;
  #indent = 0;
  #dialect = "builtin.";

  constructor(options: PrinterOptions) {
    this.#options = options;
    this.style = options;
  }

  write(text: string): void {
    this.text += text;
  }

  /** Ends the line and indents the next one. */
  newLine(): void {
    this.text += `\n${"  ".repeat(this.#indent)}`;
  }

  /** A use of a value: `%0#1`. */
  nameOf(value: Value): string {
    return this.#options.names.of(value);
  }

  namesOf(values: readonly Value[]): string {
    return values.map((value) => this.nameOf(value)).join(", ");
  }

  /** A typed attribute of an operation as MLIR has it; undefined when it is absent. */
  attribute(operation: Operation, definition: OpDefinition, name: string): Attribute | undefined {
    const kind = definition.attributes[name];
    const value = operation.attributes[name];
    return kind === undefined || value === undefined ? undefined : kind.toAttribute(value);
  }

  /** An operation with its results and location, without line end. */
  operation(operation: Operation): void {
    if (operation.results.length > 0) this.write(`${this.#options.names.definition(operation)} = `);
    if (this.#options.generic || !this.#pretty(operation)) {
      this.write(quote(operation.name));
      this.genericTail(operation);
    }
    this.#location(operation.location);
  }

  #pretty(operation: Operation): boolean {
    const definition = definitionOf(operation);
    if (definition === undefined || !isWhole(operation, definition)) return false;
    const { name } = operation;
    const shown = name.startsWith(this.#dialect) ? name.slice(this.#dialect.length) : name;
    const form = definition.assembly === "custom" ? findForm(definition) : undefined;
    const start = this.text;
    this.write(name === "builtin.module" ? "module" : shown);
    if (form !== undefined) {
      if (form.print(this, operation)) return true;
      this.text = start;
      return false;
    }
    const template = templateOf(definition);
    if (template === undefined) this.text = start;
    else printTemplate(this, operation, definition, template);
    return template !== undefined;
  }

  /** `(operands) <{properties}> ({regions}) {attributes} : (A) -> B`. */
  genericTail(operation: Operation): void {
    const definition = definitionOf(operation);
    this.write(`(${this.namesOf(operation.operands)})`);
    const properties = this.#inherent(operation, definition);
    if (properties.size > 0) this.write(` <{${formatEntries(properties, this.style)}}>`);
    if (operation.regions.length > 0) {
      this.write(" (");
      operation.regions.forEach((region, index) => {
        if (index > 0) this.write(", ");
        this.region(region, { labelled: true });
      });
      this.write(")");
    }
    if (operation.extra.size > 0) this.write(` {${formatEntries(operation.extra, this.style)}}`);
    this.write(` : ${formatFunctionType(typesOf(operation.operands), typesOf(operation.results))}`);
  }

  #inherent(operation: Operation, definition: OpDefinition | undefined): Map<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    for (const name of Object.keys(definition?.attributes ?? {})) {
      const attribute = this.attribute(operation, definition!, name);
      if (attribute !== undefined) attributes.set(name, attribute);
    }
    return attributes;
  }

  /**
   * Attributes that `written` does not name and that are not at their default, as ` {..}`; nothing when there
   * are none.
   */
  dictionary(operation: Operation, written: readonly string[], keyword = ""): void {
    const definition = definitionOf(operation);
    const attributes = this.#inherent(operation, definition);
    for (const [name, attribute] of attributes) {
      const { defaultValue, toAttribute } = definition!.attributes[name]!;
      const isDefault = defaultValue !== undefined && sameAttribute(attribute, toAttribute(defaultValue));
      if (isDefault || written.includes(name)) attributes.delete(name);
    }
    for (const [name, attribute] of operation.extra) attributes.set(name, attribute);
    if (attributes.size > 0) this.write(`${keyword} {${formatEntries(attributes, this.style)}}`);
  }

  /** `{ .. }`; the entry block's label is left out where the op names its arguments itself. */
  region(region: Region, { labelled }: { readonly labelled: boolean }): void {
    const outer = this.#dialect;
    this.#dialect = defaultDialects.get(region.operation?.name ?? "") ?? "";
    this.write("{");
    region.blocks.forEach((block, index) => {
      const needed = block.first === undefined || block.arguments.length > 0;
      this.#block(block, index, index > 0 || (labelled && needed));
    });
    this.#dialect = outer;
    this.newLine();
    this.write("}");
  }

  #block(block: Block, index: number, labelled: boolean): void {
    if (labelled) {
      this.newLine();
      this.write(`^bb${index}`);
      if (block.arguments.length > 0)
        this.write(`(${block.arguments.map((argument) => this.argument(argument)).join(", ")})`);
      this.write(index === 0 ? ":" : ":  // no predecessors");
    }
    this.#indent++;
    for (const operation of block) {
      this.newLine();
      this.operation(operation);
    }
    this.#indent--;
  }

  /** `%arg0: T loc(..)`; `suffix` stands between type and location. */
  argument(value: Value, suffix = ""): string {
    const { locations } = this.#options;
    const place = locations === undefined ? "" : ` ${locations.inline(value.location)}`;
    return `${this.nameOf(value)}: ${formatType(value.type)}${suffix}${place}`;
  }

  #location(location: Location): void {
    const { locations } = this.#options;
    if (locations !== undefined) this.write(` ${locations.use(location)}`);
  }
}
