/** @file Random bits of other types than unsigned integers: XLA reads them as unsigned ones of their width, whatever the program says. */
import { Builder } from "../ir/builder.js";
import { Emitter, typeOf } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { replaceOperation, setExtra } from "../ir/rewriter.js";
import { bitWidth, type ElementType, isInteger, withElement } from "../ir/types.js";

type Drawing = OperationOf<"stablehlo.rng_bit_generator">;

/** Whether bits become numbers of a type that XLA does not take them for. */
export function drawsOthers({ results }: Drawing): boolean {
  const { element } = typeOf(results[1]!);
  return !(isInteger(element) && element.startsWith("ui"));
}

/** Has such bits drawn as unsigned integers of their width, and read as what they are to be. */
export function drawUnsigned(module: Operation): void {
  for (const operation of [...walk(module)]) {
    if (!isOp(operation, "stablehlo.rng_bit_generator") || !drawsOthers(operation)) continue;
    const [state, output] = operation.results.map(typeOf);
    const unsigned = `ui${bitWidth(output!.element)}` as ElementType;
    const emit = new Emitter(Builder.before(operation));
    const drawn = emit.builder.create(operation.name, operation.operands, operation.attributes, {
      results: [state!, withElement(output!, unsigned)],
    });
    setExtra(drawn, operation.extra);
    const [nextState, bits] = drawn.results;
    replaceOperation(operation, [nextState!, emit.bitcast(bits!, output!.element)]);
  }
}
