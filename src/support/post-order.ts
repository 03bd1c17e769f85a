/** @file Walks graphs without recursion, so that how deep they are is no matter. */

/**
 * Yields `root` and what it is made of, each after its children, leaving out what is done already. The consumer must make
 * `isDone` true of each before it asks for the next; `childrenOf` is called once for each, before its children are walked.
 * The graph must have no circles.
 */
export function* postOrder<T>(
  root: T,
  isDone: (node: T) => boolean,
  childrenOf: (node: T) => Iterable<T>,
): Generator<T, void, undefined> {
  const entered = new Set<T>();
  const todo = [root];
  for (let node = todo.at(-1); node !== undefined; node = todo.at(-1)) {
    if (entered.has(node) || isDone(node)) {
      todo.pop();
      if (!isDone(node)) yield node;
      continue;
    }
    entered.add(node);
    const children = [...childrenOf(node)];
    for (let i = children.length - 1; i >= 0; i--) todo.push(children[i]!);
  }
}
