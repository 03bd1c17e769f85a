/** @file Every op of StableHLO and CHLO made by `op` in a program with arguments: it computes what the op's own example does, and is refused at the author's line. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { axis, input, type Operand, program, type Tensor } from "../../src/dsl/index.js";
import type { ResultOf } from "../../src/dsl/op.js";
import { bodyOf, findEntry } from "../../src/ir/analysis/symbols.js";
import { type Elements, rawElements } from "../../src/ir/elements.js";
import { encodeFloats } from "../../src/ir/interpret/codec.js";
import { interpretFunction, UnsupportedError } from "../../src/ir/interpret/index.js";
import { setOperands } from "../../src/ir/rewriter.js";
import type { Operation } from "../../src/ir/operation.js";
import { parseModule } from "../../src/ir/text/index.js";
import {
  elementCount,
  isComplex,
  isQuantized,
  isStatic,
  type TensorType,
  type Type,
} from "../../src/ir/types.js";
import { findMeaning } from "../../src/lowering/index.js";
import type { BufferElementType } from "../../src/support/buffer-element-types.js";
import { GriffinError, type SourcePosition } from "../../src/support/errors.js";
import { randomElements } from "../../src/testing/random-inputs.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { show } from "../ir/interpret/tensors.js";
import { examplePrograms } from "../ir/ops/example-programs.js";
import { again, anyOp, bodiesOf, type Values } from "./again.js";

type PlainType = TensorType & { readonly element: BufferElementType };

/** Whether programs take and give such values: tensors of known shape, of numbers or booleans. */
const isPlain = (type: Type): type is PlainType =>
  type.kind === "tensor" && isStatic(type) && !isQuantized(type.element);

/** An example as a program that gives what its last operation does. */
function exampleOf(text: string) {
  const module = parseModule(text);
  const body = bodyOf(findEntry(module)!)!;
  const operations = body.operations.slice(0, -1);
  const last = operations.at(-1)!;
  setOperands(body.operations.at(-1)!, last.results);
  return { module, operations, last, arguments: body.arguments };
}

type Example = ReturnType<typeof exampleOf>;

const examples = examplePrograms
  .filter(([name]) => /^(stablehlo|chlo)\./.test(name))
  .map(([name, text]) => [name, exampleOf(text)] as const);

/** Numbers of a type: complex ones too. */
function numbersFor(type: PlainType, seed: number): Elements {
  if (!isComplex(type.element)) return randomElements(type, seed);
  return rawElements(
    type,
    encodeFloats(type.element, randomNumbers(seed, 2 * elementCount(type.shape), -2, 2)),
  );
}

const axesOf = (prefix: string, { shape }: PlainType) => shape.map((size, i) => axis(`${prefix}${i}`, size));

/** What an argument of an example is in a program of the DSL. */
const inputOf = (type: Type, i: number): Operand => {
  if (!isPlain(type)) throw new Error(`no argument: ${type.kind}`);
  return input(`x${i}`, axesOf("d", type), type.element);
};

/** Results as tensors of named axes; what is inside of bodies and tuples as it is. */
const namedResult = (type: Type): ResultOf =>
  isPlain(type) ? { axes: axesOf("r", type), dtype: type.element } : type;

/** Why an example is not run: what it takes or gives is no tensor of a program, or the interpreter does not know it. */
function reasonNotTo(example: Example, args: () => readonly Elements[]): string | undefined {
  const types = [...example.arguments, ...example.last.results].map(({ type }) => type);
  if (example.last.results.length === 0) return "gives nothing";
  if (!types.every(isPlain)) return "takes or gives no plain tensor";
  try {
    interpretFunction(example.module, "main", args(), { decompositions: findMeaning });
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedError) return error.reason;
    throw error;
  }
}

const argumentsOf = (example: Example): readonly Elements[] =>
  example.arguments.map(({ type }, i) => numbersFor(type as PlainType, i + 1));

const judged = examples.map(
  ([name, example]) => [name, example, reasonNotTo(example, () => argumentsOf(example))] as const,
);

describe("gives what its example gives, by named arguments and results", () => {
  const run = judged.filter(([, , reason]) => reason === undefined);
  test.each(run)("%s", (_, example) => {
    const made = program({ name: "made" }, () => {
      const values: Values = new Map(
        example.arguments.map((argument, i) => [argument, inputOf(argument.type, i)]),
      );
      let last: readonly Operand[] = [];
      for (const operation of example.operations) last = again(operation, values, namedResult);
      return Object.fromEntries(last.map((tensor, i) => [`y${i}`, tensor as Tensor]));
    });
    const args = argumentsOf(example);
    const [expected, got] = [example.module, made.module].map((module) =>
      interpretFunction(module, "main", args, { decompositions: findMeaning }).map(show),
    );
    expect(got).toEqual(expected);
    expect(expected).not.toEqual([]);
  });

  test("those that are not run, and why", () => {
    const others = judged.filter(([, , reason]) => reason !== undefined);
    expect(others.map(([name, , reason]) => `${name}: ${reason}`)).toMatchInlineSnapshot(`
      [
        "stablehlo.dynamic_conv: takes or gives no plain tensor",
        "stablehlo.custom_call: custom call",
        "stablehlo.rng: takes or gives no plain tensor",
        "stablehlo.dynamic_broadcast_in_dim: takes or gives no plain tensor",
        "stablehlo.dynamic_iota: takes or gives no plain tensor",
        "stablehlo.dynamic_reshape: takes or gives no plain tensor",
        "stablehlo.dynamic_pad: takes or gives no plain tensor",
        "stablehlo.dynamic_gather: takes or gives no plain tensor",
        "stablehlo.set_dimension_size: takes or gives no plain tensor",
        "stablehlo.all_gather: collective: needs several devices",
        "stablehlo.all_to_all: collective: needs several devices",
        "stablehlo.collective_permute: collective: needs several devices",
        "stablehlo.collective_broadcast: collective: needs several devices",
        "stablehlo.all_reduce: collective: needs several devices",
        "stablehlo.collective_reduce: collective: needs several devices",
        "stablehlo.reduce_scatter: collective: needs several devices",
        "stablehlo.tuple: takes or gives no plain tensor",
        "stablehlo.get_tuple_element: takes or gives no plain tensor",
        "stablehlo.after_all: takes or gives no plain tensor",
        "stablehlo.create_token: takes or gives no plain tensor",
        "stablehlo.infeed: takes or gives no plain tensor",
        "stablehlo.outfeed: takes or gives no plain tensor",
        "stablehlo.send: takes or gives no plain tensor",
        "stablehlo.recv: takes or gives no plain tensor",
        "stablehlo.async_start: takes or gives no plain tensor",
        "stablehlo.async_done: takes or gives no plain tensor",
        "stablehlo.uniform_quantize: takes or gives no plain tensor",
        "stablehlo.uniform_dequantize: takes or gives no plain tensor",
        "stablehlo.cross-replica-sum: collective: needs several devices",
        "stablehlo.einsum: deprecated: dot_general says the same",
        "stablehlo.unary_einsum: deprecated: reduce and transpose say the same",
        "stablehlo.real_dynamic_slice: takes or gives no plain tensor",
        "stablehlo.torch_index_select: deprecated: gather says the same",
      ]
    `);
  });
});

describe("is refused at the author's line", () => {
  /** The operation with operands or results that it cannot have. */
  const mistaken = (operation: Operation, values: Values): readonly (() => unknown)[] => {
    const operands = operation.operands.map((operand) => values.get(operand)!);
    const results = operation.results.map(({ type }) => type);
    const bodies = bodiesOf(operation, values);
    const odd = input("odd", [axis("odd", 7), axis("other", 11)], "ui8");
    return [
      () => anyOp(operation.name, [...operands, odd], operation.attributes, { bodies, results }),
      () => anyOp(operation.name, operands.slice(1), operation.attributes, { bodies, results }),
      () => anyOp(operation.name, operands, {}, { bodies, results }),
      () => anyOp(operation.name, operands, operation.attributes, { bodies, results: [...results, odd] }),
    ];
  };

  /** What is said of the last operation of an example, made with a mistake. */
  function complaintsOf(example: Example): readonly unknown[] {
    const complaints: unknown[] = [];
    program({ name: "mistaken" }, () => {
      const values: Values = new Map();
      for (const argument of example.arguments)
        values.set(
          argument,
          anyOp("stablehlo.custom_call", [], { call_target_name: "any" }, { results: [argument.type] })[0]!,
        );
      for (const operation of example.operations.slice(0, -1)) again(operation, values);
      for (const attempt of mistaken(example.last, values)) {
        try {
          attempt();
        } catch (error) {
          complaints.push(error);
        }
      }
      return {};
    });
    return complaints;
  }

  test.each(examples)("%s", (name, example) => {
    const complaints = complaintsOf(example);
    expect(complaints.length).toBeGreaterThan(0);
    for (const error of complaints) {
      if (!(error instanceof GriffinError)) throw error;
      expect(error.message).toMatch(/^(?:verify|shape|trace) error: /);
      expect(error.message).toContain(name);
      const { file, line } = error.details.where as SourcePosition;
      expect(readFileSync(file, "utf8").split("\n")[line - 1]).toMatch(/^ *\(\) => anyOp\(operation\.name, /);
    }
  });
});
