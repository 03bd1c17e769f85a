/**
 * @file strided: rows are in the strided layout of factor n, so that step i of every group of n tokens is one strided slice. The groups'
 * products and ends are computed step by step, slice after slice; an associative scan over the groups gives the state before each; from it
 * the steps are computed once more, now with their outputs. Every step is elementwise on whole slices, and reads its inputs twice at most.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { nextSlice, previousSlice, stridedSlices } from "../time-layout.js";
import { prefixScan, withStart } from "./associative.js";
import type { ScanInputs, ScanOutputs } from "./scan.js";

/** y is strided as x and a are. @param backwards from the last token to the first: from the last slice, and group, to the first */
export function stridedScan(
  e: Emitter,
  { x, a, h0 }: ScanInputs,
  factor: number,
  backwards: boolean,
): ScanOutputs {
  const [batch, , channels] = shapeOf(x) as [number, number, number];
  const inOrder = (values: Value): readonly Value[] => {
    const slices = stridedSlices(e, values, factor);
    return backwards ? slices.toReversed() : slices;
  };
  const [inputs, decays] = [inOrder(x), inOrder(a)];
  const step = (h: Value, i: number): Value => e.add(e.mul(decays[i]!, h), inputs[i]!);
  let end = inputs[0]!;
  let product = decays[0]!;
  for (let i = 1; i < factor; i++) {
    end = step(end, i);
    product = e.mul(product, decays[i]!);
  }
  const ends = prefixScan(e, product, withStart(e, end, product, h0, 1, backwards), 1, backwards);
  const first = h0 === undefined ? undefined : e.reshape(h0, [batch, 1, channels]);
  let h = backwards ? nextSlice(e, ends, first) : previousSlice(e, ends, first);
  const states: Value[] = [];
  for (let i = 0; i < factor; i++) {
    h = step(h, i);
    states.push(h);
  }
  const at = backwards ? 0 : shapeOf(ends)[1]! - 1;
  const last = e.reshape(e.slice(ends, 1, at, at + 1), [batch, channels]);
  return { y: e.concat(backwards ? states.toReversed() : states, 1), last };
}
