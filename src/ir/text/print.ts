/** @file Programs as text: whole modules, and single operations for messages. */
import type { Attribute } from "../attribute.js";
import type { Operation } from "../operation.js";
import { definitionOf } from "../ops/index.js";
import { ResourceKeys } from "../resources.js";
import { findForm } from "./forms/index.js";
import { ValueNames } from "./names.js";
import { formatAttribute } from "./print-attributes.js";
import { LocationAliases } from "./print-locations.js";
import { formatResources } from "./print-resources.js";
import { Printer } from "./printer.js";
import { type OptionNames, checkOptions } from "../../support/options.js";

export interface PrintOptions {
  /** `pretty` is what MLIR prints by itself, `generic` spells everything out. */
  readonly form?: "pretty" | "generic" | undefined;
  /** Write locations, with aliases for them (default: no). */
  readonly locations?: boolean | undefined;
  /** Constants of more elements than this are left out; such text does not parse back. Default: none are. */
  readonly elideAbove?: number | undefined;
  /** Write constants that are resources as such, with their bytes at the end (default: as the elements that they hold, which is what plugins take). */
  readonly resources?: boolean | undefined;
  /** `mlir`: the names MLIR gives (`%0`, `%arg0`); `hints`: those the values carry, where they carry one. */
  readonly names?: "mlir" | "hints" | undefined;
}

export const PRINT_OPTIONS: OptionNames<PrintOptions> = {
  form: true,
  locations: true,
  elideAbove: true,
  resources: true,
  names: true,
};

const outermost = (operation: Operation): Operation => {
  let at = operation;
  while (at.parent !== undefined) at = at.parent;
  return at;
};

/** Notes locations in the order of writing. */
function visitLocations(operation: Operation, aliases: LocationAliases, generic: boolean): void {
  aliases.visit(operation.location, true);
  const definition = generic ? undefined : definitionOf(operation);
  const written = definition && findForm(definition)?.written?.(operation);
  if (written?.operations === false) return;
  for (const argument of written?.arguments ?? []) aliases.visit(argument.location, false);
  for (const region of operation.regions) {
    for (const block of region.blocks) {
      if (written === undefined)
        for (const argument of block.arguments) aliases.visit(argument.location, false);
      for (const inner of block) visitLocations(inner, aliases, generic);
    }
  }
}

function collectLocations(root: Operation, generic: boolean): LocationAliases {
  const aliases = new LocationAliases();
  visitLocations(root, aliases, generic);
  aliases.assignNames();
  return aliases;
}

function print(operation: Operation, root: Operation, options: PrintOptions): string {
  const generic = options.form === "generic";
  const names = new ValueNames(root, { generic, hints: options.names === "hints" });
  const locations = options.locations === true ? collectLocations(operation, generic) : undefined;
  const resources = options.resources === true ? new ResourceKeys() : undefined;
  const printer = new Printer({ generic, names, locations, elideAbove: options.elideAbove, resources });
  printer.operation(operation);
  const text =
    locations === undefined
      ? printer.text
      : `${locations.definitions(false)}${printer.text}\n${locations.definitions(true).trimEnd()}`;
  return resources === undefined ? text : `${text}${formatResources(resources)}`;
}

/** The text of a module, ending in a line feed. */
export function printModule(module: Operation, options: PrintOptions = {}): string {
  checkOptions("printModule", options, PRINT_OPTIONS);
  return `${print(module, module, options)}\n`;
}

/** The text of one operation as it stands in its module, without line end: for messages and tests. */
export function printOperation(operation: Operation, options: PrintOptions = {}): string {
  checkOptions("printOperation", options, PRINT_OPTIONS);
  return print(operation, outermost(operation), options);
}

/** The text of an attribute with its type, e.g. `dense<1> : tensor<2xi64>`. */
export const printAttribute = (attribute: Attribute): string => formatAttribute(attribute);
