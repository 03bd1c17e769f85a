/** @file Rules of gather, dynamic_gather and scatter: slices at places that are data. */
import type { Attributes } from "../ops/index.js";
import type { TensorType } from "../types.js";
import { convertTo } from "./convert.js";
import type { TensorRule } from "./machine.js";
import { choose, forEachIndex, isInside, positionOf } from "./movement.js";
import { clampStarts } from "./shape.js";
import { expressedOf } from "./quantise.js";
import { stridesOf, Tensor } from "./tensor.js";

/**
 * Index vectors by the index of their batch: `vector` is the dimension they lie in, past the end for vectors
 * of one.
 */
function indexVectors(indices: Tensor, vector: number): (batch: readonly number[]) => number[] {
  const values = indices.numbers;
  const strides = stridesOf(indices.shape);
  const length = vector === indices.shape.length ? 1 : indices.shape[vector]!;
  return (batch) =>
    Array.from({ length }, (_, i) => {
      const index = vector === indices.shape.length ? batch : batch.toSpliced(vector, 0, i);
      return values[positionOf(index, strides)]!;
    });
}

/** Dimensions 0 .. rank that are in none of `lists`. */
const others = (rank: number, ...lists: readonly (readonly number[])[]): number[] =>
  Array.from({ length: rank }, (_, d) => d).filter((d) => !lists.some((list) => list.includes(d)));

const pick = (index: readonly number[], dimensions: readonly number[]): number[] =>
  dimensions.map((d) => index[d]!);

/**
 * The batch index's part that stands for batching dimensions of the indices, whose vectors' dimension is
 * left out.
 */
const batchPart = (batch: readonly number[], dimensions: readonly number[], vector: number): number[] =>
  dimensions.map((d) => batch[d < vector ? d : d - 1]!);

type Numbers = Attributes<"stablehlo.gather">["dimension_numbers"];

function gather(x: Tensor, indices: Tensor, numbers: Numbers, sizes: readonly number[]): Tensor {
  const { offset_dims: offsets, collapsed_slice_dims: collapsed, index_vector_dim: vector } = numbers;
  const { operand_batching_dims: batching, start_indices_batching_dims: indexBatching } = numbers;
  const rank = x.shape.length;
  const window = others(rank, collapsed, batching);
  const places = indices.shape.filter((_, d) => d !== vector);
  const windowSizes = pick(sizes, window);
  const resultRank = places.length + window.length;
  const shape = Array.from({ length: resultRank }, (_, d) =>
    offsets.includes(d) ? windowSizes[offsets.indexOf(d)]! : 0,
  );
  const batchDimensions = others(resultRank, offsets);
  batchDimensions.forEach((d, i) => {
    shape[d] = places[i]!;
  });
  const vectorAt = indexVectors(indices, vector);
  const strides = stridesOf(x.shape);
  return choose(x, shape, (index) => {
    const batch = pick(index, batchDimensions);
    const start = Array<number>(rank).fill(0);
    vectorAt(batch).forEach((value, i) => {
      start[numbers.start_index_map[i]!] = value;
    });
    const source = clampStarts(start, sizes, x.shape);
    batchPart(batch, indexBatching, vector).forEach((value, i) => {
      source[batching[i]!] = value;
    });
    window.forEach((d, i) => {
      source[d]! += index[offsets[i]!]!;
    });
    return positionOf(source, strides);
  });
}

const scatter: TensorRule<"stablehlo.scatter"> = (operation, operands, machine) => {
  const count = (operands.length - 1) / 2;
  const [inputs, indices, updates] = [operands.slice(0, count), operands[count]!, operands.slice(count + 1)];
  const numbers = operation.attributes.scatter_dimension_numbers;
  const { update_window_dims: windowDimensions, inserted_window_dims: inserted } = numbers;
  const { input_batching_dims: batching, scatter_indices_batching_dims: indexBatching } = numbers;
  const { index_vector_dim: vector, scatter_dims_to_operand_dims: map } = numbers;
  const { shape } = inputs[0]!;
  const body = operation.regions[0]!;
  const elements = body.entry.last!.operands.map((value) => expressedOf((value.type as TensorType).element));
  const results = inputs.map((input, i) => convertTo(input, elements[i]!).copy());
  const window = others(shape.length, inserted, batching);
  const batchDimensions = others(updates[0]!.shape.length, windowDimensions);
  const vectorAt = indexVectors(indices, vector);
  const strides = stridesOf(shape);
  forEachIndex(updates[0]!.shape, (index, position) => {
    const batch = pick(index, batchDimensions);
    const target = Array<number>(shape.length).fill(0);
    vectorAt(batch).forEach((value, i) => {
      target[map[i]!] = value;
    });
    batchPart(batch, indexBatching, vector).forEach((value, i) => {
      target[batching[i]!] = value;
    });
    window.forEach((d, i) => {
      target[d]! += index[windowDimensions[i]!]!;
    });
    // What falls outside is left out, whole windows or not.
    if (!isInside(target, shape)) return;
    const at = positionOf(target, strides);
    const before = results.map(
      (result) => new Tensor(result.scalarAt(at).type, result.scalarAt(at).bytes.slice()),
    );
    const values = updates.map((update, i) => convertTo(update.scalarAt(position), elements[i]!));
    const after = machine.run(body, [...before, ...values]) as readonly Tensor[];
    results.forEach((result, i) => {
      result.setScalar(at, after[i]!);
    });
  });
  return results;
};

export const gatherRules = {
  "stablehlo.dynamic_gather": ((operation, [x, indices, sizes]) => [
    gather(x!, indices!, operation.attributes.dimension_numbers, sizes!.numbers),
  ]) satisfies TensorRule<"stablehlo.dynamic_gather">,
  "stablehlo.gather": ((operation, [x, indices]) => [
    gather(x!, indices!, operation.attributes.dimension_numbers, operation.attributes.slice_sizes),
  ]) satisfies TensorRule<"stablehlo.gather">,
  "stablehlo.scatter": scatter,
} as const;
