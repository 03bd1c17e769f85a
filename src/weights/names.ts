/** @file What the parameters of a model are called in its checkpoints, and how they lie in their tensors. */

/** A parameter as the model sees it: its path, e.g. `layers.3.temporal_block.q_proj.weight`, and its shape. */
export interface Parameter {
  readonly path: string;
  readonly shape: readonly number[];
}

/** A tensor of a checkpoint: its name, and its shape as stored. */
export interface TensorEntryName {
  readonly name: string;
  readonly shape: readonly number[];
}

/** How a parameter lies in a tensor that is not the same bytes; without all of these it is. */
export interface TensorView {
  /** It is what lies at this index of the tensor's first axis. */
  readonly at?: number;
  /** It is a matrix that the tensor holds with rows and columns exchanged. */
  readonly transposed?: boolean;
  /** The tensor's first axis may be longer; what is beyond the parameter is not read. */
  readonly padded?: boolean;
}

/** The tensor of a parameter. */
export interface TensorPlace extends TensorEntryName {
  readonly view?: TensorView | undefined;
}

/** The names of a model's tensors in a checkpoint, readable in both directions. */
export interface TensorNames {
  /** The tensor that holds a parameter: the same bytes, maybe in another shape, or what its view says. */
  nameOf(parameter: Parameter): TensorPlace;
  /** The parameter that a tensor holds, the first where it holds several; undefined when its name is not one of the model's. */
  pathOf(tensor: TensorEntryName): Parameter | undefined;
  /** Tensors that some checkpoints have and the model does not read, each with the reason. */
  readonly ignored?: Readonly<Record<string, string>> | undefined;
  /** Other names that checkpoints of the model come with, by the file format that they usually come in. */
  readonly others?: Readonly<Partial<Record<OtherLayout, TensorNames>>> | undefined;
}

/** Where names other than those of the Hugging Face layout come from: a state dict of PyTorch, a tree of Flax. */
export type OtherLayout = "torch" | "flax";

/** Of all names a model's checkpoints may have, those that fit most of what is stored; the first of equals. */
export function chooseNames(
  stored: ReadonlyMap<string, unknown>,
  wanted: readonly Parameter[],
  names: TensorNames,
): TensorNames {
  const fits = (some: TensorNames) => wanted.filter((one) => stored.has(some.nameOf(one).name)).length;
  const candidates = [names, ...Object.values(names.others ?? {})].map((some) => ({
    some,
    count: fits(some),
  }));
  return candidates.reduce((best, next) => (next.count > best.count ? next : best)).some;
}
