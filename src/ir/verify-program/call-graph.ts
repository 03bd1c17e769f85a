/**
 * @file The call graph of a module: compilers inline every call, so a cycle never ends, and functions that call each other twice
 * a level double the program at each level.
 */
import { type FunctionOperation, functionsOf, symbolsOf } from "../analysis/symbols.js";
import { type Operation, walk } from "../operation.js";
import type { Refusal } from "./refusal.js";

/** Operations that a program may have once all calls are inlined. Large models of today have some 100,000. */
export const EXPANDED_OPERATIONS = 2 ** 21;

interface Call {
  readonly operation: Operation;
  readonly callee: string;
}

/** One function: how many operations it has itself, and whom it calls, once for each time. */
interface Node {
  readonly func: FunctionOperation;
  readonly own: number;
  readonly calls: readonly Call[];
}

function graphOf(module: Operation): ReadonlyMap<string, Node> {
  const functions = functionsOf(module);
  const names = new Set(functions.map((func) => func.attributes.sym_name));
  return new Map(
    functions.map((func) => {
      const inner = [...walk(func)].filter((operation) => operation !== func);
      const calls = inner.flatMap((operation) =>
        [...symbolsOf(operation)].flatMap((callee) => (names.has(callee) ? [{ operation, callee }] : [])),
      );
      return [func.attributes.sym_name, { func, own: inner.length, calls }];
    }),
  );
}

/** A function whose calls are being followed. */
interface Frame {
  readonly name: string;
  readonly node: Node;
  next: number;
}

/** An operation that a rule of the call graph refuses. */
interface RefusedCall {
  readonly operation: Operation;
  readonly refusal: Refusal;
}

/** The first call that closes a cycle, or the first function that inlining makes too large; undefined when there is neither. */
export function checkCallGraph(module: Operation): RefusedCall | undefined {
  const graph = graphOf(module);
  const sizes = new Map<string, number>();
  // By hand, not by recursion: a chain of calls may be longer than the stack is deep.
  for (const root of graph.keys()) {
    const open: Frame[] = [];
    const names = new Set<string>();
    const enter = (name: string): void => {
      if (sizes.has(name)) return;
      open.push({ name, node: graph.get(name)!, next: 0 });
      names.add(name);
    };
    enter(root);
    for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
      const call = frame.node.calls[frame.next++];
      if (call !== undefined) {
        if (names.has(call.callee)) return cycle(call, pathTo(call.callee, open));
        enter(call.callee);
        continue;
      }
      open.pop();
      names.delete(frame.name);
      const { own, calls, func } = frame.node;
      const size = calls.reduce((sum, { callee }) => sum + sizes.get(callee)!, own);
      if (size > EXPANDED_OPERATIONS) return { operation: func, refusal: expansion(func, size) };
      sizes.set(frame.name, size);
    }
  }
  return undefined;
}

/** The functions from `callee` on that are open, and it again. */
const pathTo = (callee: string, open: readonly Frame[]): readonly string[] => {
  const names = open.map(({ name }) => name);
  return [...names.slice(names.indexOf(callee)), callee];
};

const cycle = ({ operation }: Call, path: readonly string[]): RefusedCall => ({
  operation,
  refusal: {
    constraint: "call_cycle",
    message: "functions call each other in a circle, and calls are inlined",
    expected: "a call graph without cycles",
    got: path.map((name) => `@${name}`).join(" -> "),
    hint: "write the repetition as a while loop",
  },
});

/** Why a function of so many operations, with those of what it calls, is refused. */
export const expansion = (func: FunctionOperation, size: number): Refusal => ({
  constraint: "call_expansion",
  message: `@${func.attributes.sym_name} is too large once its calls are inlined`,
  expected: `at most ${EXPANDED_OPERATIONS} operations`,
  got: `${size}`,
  hint: "call the function in a while loop, or fewer times",
});
