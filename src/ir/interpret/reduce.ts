/**
 * @file Rules of the ops whose body works on single elements: reduce, reduce_window, select_and_scatter,
 * map, sort.
 */
import type { Region } from "../operation.js";
import type { ElementType, TensorType } from "../types.js";
import { elementCount } from "../types.js";
import { convertTo } from "./convert.js";
import type { Machine, TensorRule } from "./machine.js";
import { filled, forEachIndex, isInside, positionOf } from "./movement.js";
import { expressedOf } from "./quantise.js";
import { stridesOf, Tensor } from "./tensor.js";
import { type Window, windowOf, windowPositions } from "./window.js";

type Scalars = readonly Tensor[];

/** Runs a body on tensors of rank 0; each is converted to the type its argument has (mixed precision). */
function apply(machine: Machine, body: Region, scalars: Scalars): Scalars {
  const { arguments: parameters } = body.entry;
  const values = scalars.map((x, i) =>
    convertTo(x, expressedOf((parameters[i]!.type as TensorType).element)),
  );
  return machine.run(body, values) as Scalars;
}

/** The element types a reducing body returns. */
const accumulatorElements = (body: Region): ElementType[] =>
  body.entry.last!.operands.map((value) => expressedOf((value.type as TensorType).element));

const scalarsAt = (tensors: readonly Tensor[], position: number): Scalars =>
  tensors.map((x) => x.scalarAt(position));

/** Tensors to be filled element by element, of the initial values where nothing comes. */
class Accumulators {
  readonly tensors: readonly Tensor[];

  constructor(
    private readonly machine: Machine,
    private readonly body: Region,
    inits: readonly Tensor[],
    shape: readonly number[],
  ) {
    const elements = accumulatorElements(body);
    this.tensors = inits.map((init, i) => filled(convertTo(init, elements[i]!), shape));
  }

  /** Combines what is at `position` with new values. */
  combine(position: number, values: Scalars): void {
    const before = this.tensors.map(
      (x) => new Tensor(x.scalarAt(position).type, x.scalarAt(position).bytes.slice()),
    );
    const after = apply(this.machine, this.body, [...before, ...values]);
    this.tensors.forEach((x, i) => {
      x.setScalar(position, after[i]!);
    });
  }
}

const halves = (operands: readonly Tensor[]): [Tensor[], Tensor[]] => {
  const count = operands.length / 2;
  return [operands.slice(0, count), operands.slice(count)];
};

const reduce: TensorRule<"stablehlo.reduce"> = (operation, operands, machine) => {
  const { dimensions } = operation.attributes;
  const [inputs, inits] = halves(operands);
  const from = inputs[0]!.shape;
  const kept = from.flatMap((_, d) => (dimensions.includes(d) ? [] : [d]));
  const shape = kept.map((d) => from[d]!);
  const strides = stridesOf(shape);
  const result = new Accumulators(machine, operation.regions[0]!, inits, shape);
  forEachIndex(from, (index, position) => {
    const target = positionOf(
      kept.map((d) => index[d]!),
      strides,
    );
    result.combine(target, scalarsAt(inputs, position));
  });
  return result.tensors;
};

/** The positions of the elements that each place of a window covers, padding left out. */
function forEachWindow(
  shape: readonly number[],
  window: Window,
  visit: (covered: readonly number[], place: number) => void,
): readonly number[] {
  const strides = stridesOf(shape);
  const places = windowPositions(shape, window);
  const sizes = window.map((dimension) => dimension.size);
  forEachIndex(places, (place, at) => {
    const covered: number[] = [];
    forEachIndex(sizes, (offset) => {
      const source = window.map((w, d) => {
        const dilated = place[d]! * w.stride + offset[d]! * w.windowDilation - w.low;
        return dilated % w.baseDilation === 0 ? dilated / w.baseDilation : -1;
      });
      if (isInside(source, shape)) covered.push(positionOf(source, strides));
    });
    visit(covered, at);
  });
  return places;
}

const reduceWindow: TensorRule<"stablehlo.reduce_window"> = (operation, operands, machine) => {
  const a = operation.attributes;
  const [inputs, inits] = halves(operands);
  const window = windowOf(operation, {
    sizes: a.window_dimensions,
    strides: a.window_strides,
    padding: a.padding?.values,
    baseDilations: a.base_dilations,
    windowDilations: a.window_dilations,
  });
  const { shape } = inputs[0]!;
  const result = new Accumulators(machine, operation.regions[0]!, inits, windowPositions(shape, window));
  forEachWindow(shape, window, (covered, at) => {
    for (const position of covered) result.combine(at, scalarsAt(inputs, position));
  });
  return result.tensors;
};

const selectAndScatter: TensorRule<"stablehlo.select_and_scatter"> = (operation, operands, machine) => {
  const [x, source, init] = operands as [Tensor, Tensor, Tensor];
  const [select, scatter] = operation.regions as [Region, Region];
  const a = operation.attributes;
  const window = windowOf(operation, {
    sizes: a.window_dimensions ?? x.shape.map(() => 1),
    strides: a.window_strides,
    padding: a.padding?.values,
  });
  const result = new Accumulators(machine, scatter, [init], x.shape);
  const wins = (best: number, other: number): boolean => {
    const [keeps] = apply(machine, select, [x.scalarAt(best), x.scalarAt(other)]);
    return keeps!.bytes[0] !== 0;
  };
  forEachWindow(x.shape, window, (covered, at) => {
    if (covered.length === 0) return;
    const selected = covered.reduce((best, other) => (wins(best, other) ? best : other));
    result.combine(selected, [source.scalarAt(at)]);
  });
  return result.tensors;
};

const map: TensorRule<"stablehlo.map"> = (operation, inputs, machine) => {
  const body = operation.regions[0]!;
  const { shape, count } = inputs[0]!;
  const [element] = accumulatorElements(body);
  const result = Tensor.zeros(shape, element!);
  for (let i = 0; i < count; i++) result.setScalar(i, apply(machine, body, scalarsAt(inputs, i))[0]!);
  return [result];
};

const sort: TensorRule<"stablehlo.sort"> = (operation, inputs, machine) => {
  const { shape } = inputs[0]!;
  const { dimension: written = -1 } = operation.attributes;
  const dimension = written < 0 ? written + shape.length : written;
  const comparator = operation.regions[0]!;
  const strides = stridesOf(shape);
  const results = inputs.map((input) => input.copy());
  const isLess = (a: number, b: number): boolean => {
    const pairs = inputs.flatMap((input) => [input.scalarAt(a), input.scalarAt(b)]);
    return apply(machine, comparator, pairs)[0]!.bytes[0] !== 0;
  };
  const lines = shape.map((size, d) => (d === dimension ? 1 : size));
  forEachIndex(elementCount(shape) === 0 ? [0] : lines, (index) => {
    const base = positionOf(index, strides);
    const line = Array.from({ length: shape[dimension]! }, (_, i) => base + i * strides[dimension]!);
    // The language's sort is stable.
    const sorted = line.toSorted((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
    results.forEach((result, i) => {
      sorted.forEach((from, at) => {
        result.setScalar(line[at]!, inputs[i]!.scalarAt(from));
      });
    });
  });
  return results;
};

export const reduceRules = {
  "stablehlo.map": map,
  "stablehlo.reduce": reduce,
  "stablehlo.reduce_window": reduceWindow,
  "stablehlo.select_and_scatter": selectAndScatter,
  "stablehlo.sort": sort,
} as const;
