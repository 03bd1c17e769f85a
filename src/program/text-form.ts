/**
 * @file The interface of a function as attributes of its arguments and results, which is how it goes through passes and stands in text:
 * `%x: tensor<2x4xf32> {griffin.input = "x", griffin.axes = ["batch", "model"]}`. Read and written here only. An argument takes its
 * attributes along wherever a pass moves it.
 */
import {
  type Attribute,
  type AttributeDictionary,
  emptyDictionary,
  integerAttribute,
  stringAttribute,
} from "../ir/attribute.js";
import { type FunctionOperation, functionsOf } from "../ir/analysis/symbols.js";
import type { Operation } from "../ir/operation.js";
import { LAYOUT } from "../ir/verify-program/entry-values.js";
import { scalarType } from "../ir/types.js";
import { type Argument, argumentRoles, type Interface, type Result, resultRoles } from "./interface.js";
import { staticTensor } from "./tensor.js";

/** Arguments marked so give their memory to the program. */
const DONATION = ["tf.aliasing_output", "jax.buffer_donor"];

const AXES = "griffin.axes";

/** What the attributes of an argument or a result say of it. */
interface Meaning<Role extends string> {
  readonly role: Role;
  readonly name: string;
}

function meaning<Role extends string>(
  roles: readonly Role[],
  attributes: AttributeDictionary,
): Meaning<Role> | undefined {
  for (const role of roles) {
    const attribute = attributes.get(`griffin.${role}`);
    if (attribute?.kind === "string") return { role, name: attribute.value };
    if (attribute?.kind === "integer") return { role, name: String(attribute.value) };
  }
  return undefined;
}

/** Role and name of an argument; undefined where its attributes tell none, as in programs of others. */
export const argumentMeaning = (
  attributes: AttributeDictionary = emptyDictionary,
): Meaning<Argument["role"]> | undefined => meaning(argumentRoles, attributes);

/** Role and name of a result; undefined where its attributes tell none. */
export const resultMeaning = (
  attributes: AttributeDictionary = emptyDictionary,
): Meaning<Result["role"]> | undefined => meaning(resultRoles, attributes);

/** The path of the parameter that an argument stands for, or undefined. */
export function parameterPath(attributes: AttributeDictionary): string | undefined {
  const found = argumentMeaning(attributes);
  return found?.role === "parameter" ? found.name : undefined;
}

const PREPARED = "griffin.prepared";

/** Attributes of an argument that holds result `index` of the preparation in the same module. */
export const preparedAttributes = (index: number): AttributeDictionary =>
  new Map([[PREPARED, integerAttribute(index, scalarType("i64"))]]);

/** Which result of the preparation in the same module an argument holds; undefined for all else. */
export function preparedIndex(attributes: AttributeDictionary): number | undefined {
  const index = attributes.get(PREPARED);
  return index?.kind === "integer" ? Number(index.value) : undefined;
}

/** Attributes of an argument that holds a value which preparations of the program's family give by this name. */
export const preparedName = (name: string): AttributeDictionary =>
  new Map([[PREPARED, stringAttribute(name)]]);

/** Attributes of a result of a preparation, which programs take by this name. */
export const preparationResult = (name: string): AttributeDictionary =>
  new Map([["griffin.output", stringAttribute(name)]]);

const PREPARATION = "griffin.preparation";

/** Marks the function of a module that computes its entry's `prepared` arguments from parameters, whatever it is called. */
export const preparationMark: AttributeDictionary = new Map([[PREPARATION, { kind: "unit" }]]);

/** The function marked as the module's preparation, or undefined. */
export const findPreparation = (module: Operation): FunctionOperation | undefined =>
  functionsOf(module).find(({ extra }) => extra.has(PREPARATION));

/** Axis names; the numbers of the dimensions where none are noted. */
function axesOf(attributes: AttributeDictionary, rank: number): readonly string[] {
  const noted = attributes.get(AXES);
  const names =
    noted?.kind === "array"
      ? noted.items.flatMap((item) => (item.kind === "string" ? [item.value] : []))
      : [];
  return names.length === rank ? names : Array.from({ length: rank }, (_, i) => `${i}`);
}

const axesAttribute = (axes: readonly string[]): readonly (readonly [string, Attribute])[] =>
  axes.length === 0 ? [] : [[AXES, { kind: "array", items: axes.map(stringAttribute) }]];

const layoutAttribute = ({ layout }: Argument): readonly (readonly [string, Attribute])[] =>
  layout === undefined ? [] : [[LAYOUT, stringAttribute(layout)]];

function layoutOf(attributes: AttributeDictionary): Pick<Argument, "layout"> {
  const mode = attributes.get(LAYOUT);
  return mode?.kind === "string" && mode.value !== "default" ? { layout: mode.value } : {};
}

/** The attributes of arguments and results, in order. A donated argument gives its memory to the result of its role and name. */
export function encodeInterface({ arguments: args, results }: Interface): {
  readonly arg_attrs: readonly AttributeDictionary[];
  readonly res_attrs: readonly AttributeDictionary[];
} {
  const aliasing = ({ role, name, donated }: Argument): readonly (readonly [string, Attribute])[] => {
    const place = results.findIndex((result) => result.role === role && result.name === name);
    return donated ? [["tf.aliasing_output", integerAttribute(place, scalarType("i32"))]] : [];
  };
  return {
    arg_attrs: args.map(
      (argument) =>
        new Map([
          [`griffin.${argument.role}`, stringAttribute(argument.name)],
          ...axesAttribute(argument.axes),
          ...aliasing(argument),
          ...layoutAttribute(argument),
        ]),
    ),
    res_attrs: results.map(
      ({ role, name, axes }) =>
        new Map([
          [`griffin.${role}`, stringAttribute(name)],
          ...axesAttribute(axes),
          // For other tools of StableHLO.
          ["jax.result_info", stringAttribute(name)],
        ]),
    ),
  };
}

/**
 * What a function takes and gives. Arguments and results that say nothing of themselves are inputs and outputs by their numbers.
 * @throws ProgramError for values that no buffer can hold: dynamic sizes, tokens, tuples
 */
export function interfaceOf(func: FunctionOperation, name: string): Interface {
  const { function_type: type, arg_attrs = [], res_attrs = [] } = func.attributes;
  return {
    name,
    arguments: type.inputs.map((input, i) => {
      const { shape, element } = staticTensor(input, `argument ${i}`);
      const attributes = arg_attrs[i] ?? emptyDictionary;
      return {
        ...(argumentMeaning(attributes) ?? { role: "input", name: `${i}` }),
        axes: axesOf(attributes, shape.length),
        elementType: element,
        dimensions: shape,
        donated: DONATION.some((mark) => attributes.has(mark)),
        ...layoutOf(attributes),
      };
    }),
    results: type.results.map((output, i) => {
      const { shape, element } = staticTensor(output, `result ${i}`);
      const attributes = res_attrs[i] ?? emptyDictionary;
      return {
        ...(resultMeaning(attributes) ?? { role: "output", name: `${i}` }),
        axes: axesOf(attributes, shape.length),
        elementType: element,
        dimensions: shape,
      };
    }),
  };
}
