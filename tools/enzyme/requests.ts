/**
 * @file Enzyme's operations in the text of its tests: each becomes a call of a function that is yet to be made, and a request for it. We have no
 * such dialect, and need none but here.
 */

/** A function's derivative. */
export interface DerivativeRequest {
  readonly mode: "forward" | "reverse";
  /** What the function to be made is called. */
  readonly name: string;
  /** The function that it is the derivative of. */
  readonly of: string;
  /** Of each argument: active or dup where it has a derivative, const, each of them perhaps with noneed. */
  readonly activity: readonly string[];
  /** Of each result. */
  readonly results: readonly string[];
}

/** A function over a batch of operands. */
export interface BatchRequest {
  readonly mode: "batch";
  readonly name: string;
  readonly of: string;
  readonly count: number;
}

export type Request = DerivativeRequest | BatchRequest;

const OPERATION =
  /enzyme\.(fwddiff|autodiff|batch) @("[^"]*"|[\w$.]+)\(([^)]*)\)\s*\{([^{}]*)\}\s*:\s*\(([^()]*)\)/g;

/** Items between commas that are not inside of <>. */
const items = (text: string): readonly string[] =>
  text.trim() === "" ? [] : text.split(/,(?![^<]*>)/).map((item) => item.trim());

const activities = (attributes: string, name: string): readonly string[] => {
  const list = new RegExp(`\\b${name}\\s*=\\s*\\[([^\\]]*)\\]`).exec(attributes)?.[1] ?? "";
  return [...list.matchAll(/enzyme_(\w+)/g)].map(([, activity]) => activity!);
};

/** In forward mode a tangent stands behind its argument; here all tangents stand last. */
function tangentsLast<T>(list: readonly T[], activity: readonly string[]): readonly T[] {
  const [own, tangents]: [T[], T[]] = [[], []];
  let at = 0;
  for (const each of activity) {
    own.push(list[at++]!);
    if (each.startsWith("dup")) tangents.push(list[at++]!);
  }
  return [...own, ...tangents];
}

/** A test's text with calls in place of Enzyme's operations, and the functions to be made for them, in order. */
export function withCalls(text: string): { readonly text: string; readonly requests: readonly Request[] } {
  const requests: Request[] = [];
  const changed = text.replace(
    OPERATION,
    (_, kind: string, symbol: string, operands: string, attributes: string, types: string) => {
      const name = `asked_for_${requests.length}`;
      const of = symbol.replace(/^"|"$/g, "");
      if (kind === "batch") {
        const count = Number(/batch_shape = array<i64: (\d+)>/.exec(attributes)?.[1]);
        requests.push({ mode: "batch", name, of, count });
        return `func.call @${name}(${operands}) : (${types})`;
      }
      const activity = activities(attributes, "activity");
      const results = activities(attributes, "ret_activity");
      const mode = kind === "fwddiff" ? "forward" : "reverse";
      requests.push({ mode, name, of, activity, results });
      const ordered = (list: string): string =>
        (mode === "forward" ? tangentsLast(items(list), activity) : items(list)).join(", ");
      return `func.call @${name}(${ordered(operands)}) : (${ordered(types)})`;
    },
  );
  return { text: changed, requests };
}
