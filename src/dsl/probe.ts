/** @file probe: tensors that a program can be asked to return too, from inside of loops and branches as well. */
import type { Value } from "../ir/operation.js";
import { isFloat } from "../ir/types.js";
import type { Axis, DType } from "./axis.js";
import { describe } from "./axis.js";
import { ShapeError, TraceError } from "./errors.js";
import { checkOperands } from "./align.js";
import { checkLabel } from "./print.js";
import { Tensor } from "./tensor.js";
import { currentTrace, type Probes, type TensorData } from "./trace.js";

/**
 * Names a tensor, so that a program can be asked to return it too (`probes` of its options). In the step of a `scan` it is stacked along the
 * axis that is walked along, which comes first. In the body of a `whileLoop` the last turn counts, and of branches the one that is taken:
 * floats that were never computed are NaN, and other types are refused there.
 * @throws TraceError in a function (`fn`), in the condition of a loop and in the body of an op: nothing hands it out there
 */
export function probe<A extends string, D extends DType>(name: string, tensor: Tensor<A, D>): Tensor<A, D> {
  checkLabel("probe", name);
  checkOperands("probe", { x: tensor });
  const trace = currentTrace();
  const path = trace.path(name);
  trace.checkProbed(path);
  if (trace.wantsProbe(path)) trace.addProbe(path, tensor);
  return tensor;
}

/** Probes of a body as what its operation gives: results by their order, with `along` before their axes. */
export function handOut(probes: Probes, results: readonly Value[], along: readonly Axis[] = []): void {
  const trace = currentTrace();
  [...probes].forEach(([path, { axes, dtype }], i) => {
    trace.checkProbed(path);
    trace.addProbe(path, new Tensor([...along, ...axes], dtype, results[i]!));
  });
}

/** What a probe holds whose body does not run: NaN. @throws TraceError for a type that has none */
export function neverProbed(path: string, { axes, dtype }: TensorData): Value {
  if (isFloat(dtype)) return currentTrace().fill(`probe "${path}"`, Number.NaN, axes, dtype);
  throw new TraceError({
    message: `probe "${path}" of ${dtype} in a body that may not run`,
    hint: 'it is NaN when the body does not run, which only floats can be: probe x.to("f32"), or print x',
  });
}

/** The probes of all branches. @throws ShapeError where two branches give one name to different tensors */
export function probesOfAny(branches: readonly Probes[]): Probes {
  const all = new Map<string, TensorData>();
  for (const [path, tensor] of branches.flatMap((probes) => [...probes])) {
    const known = all.get(path) ?? tensor;
    const [expected, got] = [known, tensor].map(({ axes, dtype }) => describe(axes, dtype));
    if (got !== expected) {
      throw new ShapeError({
        message: `probe "${path}" is another tensor in another branch`,
        expected: expected!,
        got: got!,
      });
    }
    all.set(path, known);
  }
  return all;
}
