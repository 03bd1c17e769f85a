/** @file For tests: many model ops in one program, each lowered by a rule of its own, run at once by the interpreter or a plugin. */
import { expect } from "vitest";
import { Builder } from "../../src/ir/builder.js";
import { elementsFromNumbers, numberAt, rawElements } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import type { Value } from "../../src/ir/operation.js";
import { type Attributes, type ModelOpName, isOp, type OperationOf } from "../../src/ir/ops/index.js";
import {
  addArgument,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  replaceOperation,
} from "../../src/ir/rewriter.js";
import { printModule } from "../../src/ir/text/index.js";
import {
  byteWidth,
  elementCount,
  functionType,
  type ScalarType,
  type TensorType,
  tensorType,
} from "../../src/ir/types.js";
import { verifyModule } from "../../src/ir/verify.js";
import { decompositions } from "../../src/lowering/decompose/index.js";
import { Emitter } from "../../src/ir/emit.js";
import type { Client, ElementTypeName } from "../../src/runtime-pjrt/index.js";
import { firstDifference, numbersOf, TOLERANCE } from "../../src/testing/close.js";
import type { Numbers } from "./plain.js";

/** An operand: its numbers, row-major; a constant of the program instead of an argument when `constant`. */
export interface Operand {
  readonly shape: readonly number[];
  readonly data: Numbers;
  readonly element?: ScalarType;
  readonly constant?: boolean;
}

/** One op and how it is lowered; by its meaning unless a rule is given. */
export interface OpCase {
  readonly op: ModelOpName;
  readonly operands: readonly Operand[];
  readonly attributes?: object;
  readonly rule?: (e: Emitter, op: never) => readonly Value[];
}

const typeOf = ({ shape, element = "f32" }: Operand): TensorType => tensorType(shape, element);

/** All numbers rounded to what an element type can hold. */
export function rounded(data: Numbers, element: ScalarType): number[] {
  const elements = elementsFromNumbers(tensorType([data.length], element), data);
  return data.map((_, i) => numberAt(elements, i));
}

function bytesOf(operand: Operand): Uint8Array {
  const { data, splat } = elementsFromNumbers(typeOf(operand), operand.data);
  if (!splat) return data;
  const bytes = new Uint8Array(operand.data.length * data.length);
  for (let i = 0; i < operand.data.length; i++) bytes.set(data, i * data.length);
  return bytes;
}

function buildModule(cases: readonly OpCase[]) {
  const entry = makeBlock([]);
  const builder = Builder.atEnd(entry);
  const passed: Operand[] = [];
  const results: Value[] = [];
  const counts: number[] = [];
  for (const { op, operands, attributes = {} } of cases) {
    const values = operands.map((operand) => {
      if (operand.constant === true) {
        const value = elementsFromNumbers(typeOf(operand), operand.data);
        return builder.create("stablehlo.constant", [], { value }).result;
      }
      passed.push(operand);
      return addArgument(entry, typeOf(operand));
    });
    const made = builder.create(op, values, attributes as Attributes<ModelOpName>);
    results.push(...made.results);
    counts.push(made.results.length);
  }
  const types = results.map((value) => value.type as TensorType);
  builder.create("func.return", results, {});
  const inputs = entry.arguments.map((argument) => argument.type);
  const main = makeOperation({
    name: "func.func",
    attributes: { sym_name: "main", sym_visibility: "public", function_type: functionType(inputs, types) },
    regions: [makeRegion([entry])],
  });
  const body = makeBlock([]);
  insertOperation(main, body);
  const module = makeOperation({ name: "builtin.module", attributes: {}, regions: [makeRegion([body])] });
  return { module, entry, passed, types, counts };
}

/** The program of all cases, each lowered by its rule, or by its meaning. */
function lowerCases(cases: readonly OpCase[]) {
  const built = buildModule(cases);
  const { module, entry } = built;
  const operations = entry.operations.filter(({ name }) => /^(nn|griffin)\./.test(name));
  operations.forEach((operation, i) => {
    const { op, rule = decompositions[op] } = cases[i]!;
    if (!isOp(operation, op)) throw new Error(`${operation.name} stands for ${op}`);
    const emitter = new Emitter(Builder.before(operation));
    replaceOperation(
      operation,
      (rule as (e: Emitter, op: OperationOf<ModelOpName>) => readonly Value[])(emitter, operation),
    );
  });
  verifyModule(module);
  return built;
}

/** The results of each case, as numbers, by the interpreter. */
export function interpretOps(cases: readonly OpCase[]): number[][][] {
  const { module, passed, counts } = lowerCases(cases);
  const inputs = passed.map((operand) => elementsFromNumbers(typeOf(operand), operand.data));
  const numbers = interpretFunction(module, "main", inputs).map(numbersOf);
  return counts.map((count) => numbers.splice(0, count));
}

/** The results of each case, as numbers, by a plugin. */
export async function runOps(client: Client, cases: readonly OpCase[]): Promise<number[][][]> {
  const { module, passed, types, counts } = lowerCases(cases);
  const spec = (type: TensorType) => ({
    elementType: type.element as ElementTypeName,
    dimensions: type.shape,
  });
  using executable = await client.compile({
    program: printModule(module),
    signature: { arguments: passed.map((operand) => spec(typeOf(operand))), results: types.map(spec) },
  });
  const buffers = [];
  for (const operand of passed)
    buffers.push(await client.toDevice({ ...spec(typeOf(operand)), data: bytesOf(operand) }));
  const outputs = await executable.execute(buffers);
  const numbers: number[][] = [];
  for (const [i, output] of outputs.entries()) numbers.push(decode(await output.toHost(), types[i]!));
  for (const buffer of [...buffers, ...outputs]) buffer.close();
  return counts.map((count) => numbers.splice(0, count));
}

function decode(bytes: Uint8Array, { shape, element }: TensorType): number[] {
  const count = elementCount(shape);
  if (bytes.length !== count * byteWidth(element)) throw new Error("another number of bytes came back");
  return numbersOf(rawElements(tensorType([count], element), bytes));
}

/** Every number within `tolerance` of the expected one, and one rounding to its element type. */
export function expectClose(
  actual: Numbers,
  expected: Numbers,
  what: string,
  element: ScalarType = "f32",
  tolerance: number = TOLERANCE,
): void {
  expect(actual.length, what).toBe(expected.length);
  const wrong = firstDifference(actual, expected, { element, tolerance });
  if (wrong >= 0) throw new Error(`${what}: element ${wrong} is ${actual[wrong]}, not ${expected[wrong]}`);
}
