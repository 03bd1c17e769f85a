/** @file What the parameters of a model are called in its checkpoints. */

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

/** The names of a model's tensors in a checkpoint, readable in both directions. */
export interface TensorNames {
  /** The tensor that holds a parameter: the same bytes, maybe in another shape. */
  nameOf(parameter: Parameter): TensorEntryName;
  /** The parameter that a tensor holds; undefined when its name is not one of the model's. */
  pathOf(tensor: TensorEntryName): Parameter | undefined;
  /** Tensors that some checkpoints have and the model does not read, each with the reason. */
  readonly ignored?: Readonly<Record<string, string>> | undefined;
}
