/** @file Functions of the module: traced once per shape of the arguments, called as often as wanted. */
import type { AttributeDictionary } from "../ir/attribute.js";
import { ENTRY, freeSymbol } from "../ir/analysis/symbols.js";
import { Builder } from "../ir/builder.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../ir/rewriter.js";
import { functionType } from "../ir/types.js";
import { checkFunction, checkTensors, like, typesOf, valuesOf, tensorsOf } from "./records.js";
import { builderHere, currentTrace, type Trace } from "./trace.js";
import { checkOptions } from "../support/options.js";

interface TracedFunction {
  readonly symbol: string;
  readonly results: object;
}

/** What a trace has made so far: by the function's body, then by its arguments' shapes and the precision of its products. */
type TracedFunctions = Map<unknown, Map<string, TracedFunction>>;
const tracedBy = new WeakMap<Trace, TracedFunctions>();

/**
 * Makes `body` a function of the module: traced once for each shape of its arguments (and precision, `withPrecision`), and each call is
 * one `call` op. The body sees its arguments only; parameters and states are passed in.
 */
export function fn<X extends object, Y extends object>(name: string, body: (args: X) => Y): (args: X) => Y {
  checkFunction("fn", "the body", body, 'fn("name", ({ x }) => ({ y: ... }))');
  return (args) => {
    const traced = functionOf(name, args, body);
    const call = builderHere().create(
      "func.call",
      valuesOf(args),
      { callee: traced.symbol },
      { results: typesOf(traced.results) },
    );
    return like(traced.results as Y, call.results) as Y;
  };
}

/**
 * An operation of any name whose meaning is `body`, a function of the module that is traced as `fn` does: a compiler that knows the name may
 * compute it in its own way, others do what the body does (`stablehlo.composite`).
 */
export function composite<X extends object, Y extends object>(
  name: string,
  args: X,
  body: (args: X) => Y,
  options: { readonly version?: number; readonly attributes?: AttributeDictionary } = {},
): Y {
  checkOptions("composite", options, { version: true, attributes: true });
  const { version, attributes } = options;
  const { symbol, results } = functionOf(name, args, body);
  const call = builderHere().create(
    "stablehlo.composite",
    valuesOf(args),
    {
      name,
      decomposition: symbol,
      ...(version === undefined ? {} : { version }),
      ...(attributes === undefined ? {} : { composite_attributes: attributes }),
    },
    { results: typesOf(results) },
  );
  return like(results as Y, call.results) as Y;
}

/** The function that `body` is for arguments of these shapes, traced at its first use. */
function functionOf<X extends object, Y extends object>(
  name: string,
  args: X,
  body: (args: X) => Y,
): TracedFunction {
  checkTensors(`function "${name}": the arguments`, args);
  const trace = currentTrace();
  const all: TracedFunctions = tracedBy.get(trace) ?? new Map();
  tracedBy.set(trace, all);
  const known = all.get(body) ?? new Map<string, TracedFunction>();
  all.set(body, known);
  const shapes = Object.entries(args).map(([n, tensor]) => `${n}: ${tensor}`);
  const key = [...shapes, trace.precision ?? ""].join(", ");
  const traced = known.get(key) ?? traceFunction(trace, uniqueSymbol(name, all), args, body);
  known.set(key, traced);
  return traced;
}

function uniqueSymbol(name: string, all: TracedFunctions): string {
  const functions = [...all.values()].flatMap((shapes) => [...shapes.values()]);
  const taken = new Set([ENTRY, ...functions.map((f) => f.symbol)]);
  return freeSymbol(name, (symbol) => taken.has(symbol));
}

function traceFunction<X extends object, Y extends object>(
  trace: Trace,
  symbol: string,
  args: X,
  body: (args: X) => Y,
): TracedFunction {
  const block = makeBlock(typesOf(args), Object.keys(args));
  const inner = Builder.atEnd(block);
  const location = trace.location();
  const results = trace.inFunction(symbol, inner, () => body(like(args, block.arguments) as X));
  checkTensors(`function "${symbol}"`, results);
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
