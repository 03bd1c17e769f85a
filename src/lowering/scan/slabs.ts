/**
 * @file slabs: rows are interleaved n ways, so that step i of every stretch of n tokens is one slab of rows. The stretches' products
 * and ends are computed step by step, slab after slab; an associative scan over the stretches gives the state before each; from it the
 * steps are computed once more, now with their outputs. Every step is elementwise on whole slabs, and reads its inputs twice at most.
 */
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { earlierSlab, slabsOf } from "../row-order.js";
import { prefixScan, withStart } from "./associative.js";
import type { ScanInputs, ScanOutputs } from "./scan.js";

/** y is interleaved as x and a are. */
export function slabScan(e: Emitter, { x, a, h0 }: ScanInputs, ways: number): ScanOutputs {
  const [batch, , channels] = shapeOf(x) as [number, number, number];
  const [inputs, decays] = [slabsOf(e, x, ways), slabsOf(e, a, ways)];
  const step = (h: Value, i: number): Value => e.add(e.mul(decays[i]!, h), inputs[i]!);
  let end = inputs[0]!;
  let product = decays[0]!;
  for (let i = 1; i < ways; i++) {
    end = step(end, i);
    product = e.mul(product, decays[i]!);
  }
  const ends = prefixScan(e, product, withStart(e, end, product, h0), 1);
  const first = h0 === undefined ? undefined : e.reshape(h0, [batch, 1, channels]);
  let h = earlierSlab(e, ends, first);
  const states: Value[] = [];
  for (let i = 0; i < ways; i++) {
    h = step(h, i);
    states.push(h);
  }
  const stretches = shapeOf(ends)[1]!;
  const last = e.reshape(e.slice(ends, 1, stretches - 1, stretches), [batch, channels]);
  return { y: e.concat(states, 1), last };
}
