/** @file Parameter paths of a model <-> names and shapes of its tensors in the checkpoints of its authors, from a table. */
import type { TensorNames, TensorView } from "../src/model/index.js";

/** A parameter within a block, or outside of blocks, what holds it, and how. */
export interface PublishedName {
  readonly ours: string;
  readonly theirs: string;
  readonly view?: TensorView;
  /** Axes of size 1 that the tensor has before the parameter's, behind the index of a part where it is one. */
  readonly ones?: number;
}

/** Names by a table: what is in `layers.N` here is in `blocks.N` there. */
export function publishedNames(rows: readonly PublishedName[]): TensorNames {
  const byPath = new Map<string, Omit<PublishedName, "ours">>(rows.map((row) => [row.ours, row]));
  const byName = new Map(rows.toReversed().map((row) => [row.theirs, row]));
  return {
    nameOf({ path, shape }) {
      const [, layer, leaf = path] = /^layers\.(\d+)\.(.*)$/.exec(path) ?? [];
      // A path that the table does not have keeps its name, which no checkpoint has.
      const { theirs, view, ones = 0 } = byPath.get(leaf) ?? { theirs: leaf };
      const matrix = view?.transposed === true ? shape.toReversed() : shape;
      const part = [...(view?.at === undefined ? [] : [2]), ...Array<number>(ones).fill(1), ...matrix];
      return { name: layer === undefined ? theirs : `blocks.${layer}.${theirs}`, shape: part, view };
    },
    pathOf({ name, shape }) {
      const [, layer, leaf = name] = /^blocks\.(\d+)\.(.*)$/.exec(name) ?? [];
      const row = byName.get(leaf);
      if (row === undefined) return undefined;
      const { ours, view, ones = 0 } = row;
      const matrix = shape.slice(ones + (view?.at === undefined ? 0 : 1));
      return {
        path: layer === undefined ? ours : `layers.${layer}.${ours}`,
        shape: view?.transposed === true ? matrix.toReversed() : matrix,
      };
    },
  };
}
