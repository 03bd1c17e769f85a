/** @file Languages as expressions over leaves: characters where texts are described, rules and texts where documents are. */

/** A set of texts. */
export type Expression<Leaf> =
  | { readonly kind: "leaf"; readonly leaf: Leaf }
  | { readonly kind: "sequence"; readonly parts: readonly Expression<Leaf>[] }
  /** None of no options: no text at all. */
  | { readonly kind: "choice"; readonly options: readonly Expression<Leaf>[] }
  /** `max` undefined: any number of times. */
  | {
      readonly kind: "repeat";
      readonly part: Expression<Leaf>;
      readonly min: number;
      readonly max: number | undefined;
    };

export const leaf = <Leaf>(of: Leaf): Expression<Leaf> => ({ kind: "leaf", leaf: of });

export const sequence = <Leaf>(...parts: readonly Expression<Leaf>[]): Expression<Leaf> => ({
  kind: "sequence",
  parts,
});

export const choice = <Leaf>(...options: readonly Expression<Leaf>[]): Expression<Leaf> => ({
  kind: "choice",
  options,
});

export const repeat = <Leaf>(part: Expression<Leaf>, min: number, max?: number): Expression<Leaf> => ({
  kind: "repeat",
  part,
  min,
  max,
});

/** Where `connect` puts states and edges. */
export interface Connector<Leaf> {
  newState(): number;
  /** From one state to another without a character. */
  free(from: number, to: number): void;
  /** From one state to another by a leaf. */
  leaf(from: number, of: Leaf, to: number): void;
}

/** Puts states and edges between two states, so that the ways from one to the other are the texts of an expression. */
export function connect<Leaf>(
  expression: Expression<Leaf>,
  from: number,
  to: number,
  into: Connector<Leaf>,
): void {
  switch (expression.kind) {
    case "leaf":
      into.leaf(from, expression.leaf, to);
      return;
    case "sequence": {
      let at = from;
      for (const part of expression.parts) {
        const next = into.newState();
        connect(part, at, next, into);
        at = next;
      }
      into.free(at, to);
      return;
    }
    case "choice":
      for (const option of expression.options) connect(option, from, to, into);
      return;
    case "repeat":
      connectRepeat(expression, from, to, into);
  }
}

function connectRepeat<Leaf>(
  { part, min, max }: Extract<Expression<Leaf>, { kind: "repeat" }>,
  from: number,
  to: number,
  into: Connector<Leaf>,
): void {
  const step = (at: number): number => {
    const next = into.newState();
    connect(part, at, next, into);
    return next;
  };
  // A state of its own: what leads to `from` must not be repeated.
  let at = into.newState();
  into.free(from, at);
  for (let count = 0; count < min; count++) at = step(at);
  for (let count = min; count < (max ?? min); count++) {
    into.free(at, to);
    at = step(at);
  }
  if (max === undefined) into.free(step(at), at);
  into.free(at, to);
}
