/** @file Functions of the module: traced once per shape of the arguments, called as often as wanted. */
import { Builder } from "../ir/builder.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../ir/rewriter.js";
import { functionType } from "../ir/types.js";
import { like, typesOf, valuesOf, tensorsOf, type Widened } from "./records.js";
import { builderHere, currentTrace, type Trace } from "./trace.js";

interface TracedFunction {
  readonly symbol: string;
  readonly results: object;
}

/** What a trace has made so far, by the function's name and its arguments' shapes. */
const tracedBy = new WeakMap<Trace, Map<string, TracedFunction>>();

/**
 * Makes `body` a function of the module: each call is one `call` op, whatever the body's size. The body sees its arguments
 * only; parameters and states are passed in.
 */
export function fn<X extends object, Y extends object>(
  name: string,
  body: (args: Widened<X>) => Y,
): (args: X) => Y {
  return (args) => {
    const trace = currentTrace();
    const known = tracedBy.get(trace) ?? new Map<string, TracedFunction>();
    tracedBy.set(trace, known);
    const key = `${name}(${Object.entries(args)
      .map(([n, t]) => `${n}: ${String(t)}`)
      .join(", ")})`;
    const traced = known.get(key) ?? traceFunction(trace, uniqueSymbol(name, known), args, body);
    known.set(key, traced);
    const call = builderHere().create(
      "func.call",
      valuesOf(args),
      { callee: traced.symbol },
      { results: typesOf(traced.results) },
    );
    return like(traced.results as Y, call.results) as Y;
  };
}

function uniqueSymbol(name: string, known: ReadonlyMap<string, TracedFunction>): string {
  const taken = new Set([...known.values()].map((f) => f.symbol));
  if (!taken.has(name) && name !== "main") return name;
  for (let i = 0; ; i++) if (!taken.has(`${name}_${i}`)) return `${name}_${i}`;
}

function traceFunction<X extends object, Y extends object>(
  trace: Trace,
  symbol: string,
  args: X,
  body: (args: Widened<X>) => Y,
): TracedFunction {
  const block = makeBlock(typesOf(args), Object.keys(args));
  const inner = Builder.atEnd(block);
  const location = trace.location();
  const outer = trace.functionName;
  trace.functionName = symbol;
  const results = trace.inBuilder(inner, () => body(like(args, block.arguments)));
  trace.functionName = outer;
  inner.create(
    "func.return",
    tensorsOf(results).map((t) => t.value),
    {},
  );
  const operation = makeOperation({
    name: "func.func",
    attributes: {
      sym_name: symbol,
      sym_visibility: "private",
      function_type: functionType(typesOf(args), typesOf(results)),
    },
    regions: [makeRegion([block])],
    location,
  });
  insertOperation(operation, trace.module);
  return { symbol, results };
}
