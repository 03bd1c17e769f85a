/** @file What a training program computes of a batch: the loss, and the gradients of the parameters that are trained. */
import {
  axis,
  gradientsOfParameters,
  input,
  type RematOptions,
  slice,
  type Tensor,
  withoutStates,
} from "../dsl/index.js";
import type { ConfiguredModel, ConfiguredTraining, ComputeDType } from "../model/index.js";
import { summedCrossEntropy, type SummedLoss } from "./cross-entropy.js";
import { checkCount, TrainingError } from "./errors.js";
import type { ByPath, Scalar } from "./tensors.js";
import { type OptionNames, pickOptions } from "../support/options.js";

/** Names of the inputs of training programs, each [batch, time + 1] i32: a row's last token is only a target, its first none. */
export const batchInputs = { tokens: "tokens", mask: "target_mask", positions: "segment_pos" } as const;

/** How the loss of a batch and its gradients are computed. */
export interface LossOptions {
  /** Rows side by side. */
  readonly batch: number;
  /** Tokens of each row that are read; inputs hold one more. */
  readonly time: number;
  /** Computed in; parameters are stored in another type whatever it is. Default: what the checkpoint was made for. */
  readonly dtype?: ComputeDType | undefined;
  /**
   * What parameters are stored in between steps. Default: f32, masters of a model that computes in less. In bf16 they take half the memory,
   * and a change below a 256th of a number is lost.
   */
  readonly stored?: ComputeDType | undefined;
  /** What is held of each layer for its gradient; the rest is computed again. Default: nothing. */
  readonly keep?: NonNullable<RematOptions["keep"]> | undefined;
  /** Entries of the vocabulary whose logits are there at once. Default: all, where they make 256 MiB at most, else as many as make 64 MiB. */
  readonly lossChunk?: number | undefined;
  /** Which parameters are trained; the others stay parameters. Default: all. */
  readonly trains?: ((path: string) => boolean) | undefined;
}

export const LOSS_OPTIONS: OptionNames<LossOptions> = {
  batch: true,
  time: true,
  dtype: true,
  stored: true,
  keep: true,
  lossChunk: true,
  trains: true,
};

/** What of larger options says of what a loss is. */
export const lossOf = (given: LossOptions): LossOptions => pickOptions(given, LOSS_OPTIONS);

/** Up to so many bytes of f32 logits are made once, not again for the gradient. */
const WHOLE_BYTES = 2 ** 28;

/**
 * Of f32 logits in a piece. 2048 positions of 2B on a TPU v5e: pieces of 64 MiB lie in the fast memory; with its
 * gradient and update the head takes 124.3 M estimated cycles, in pieces of 256 MiB 127.3 M.
 */
const PIECE_BYTES = 2 ** 26;

/** Entries of a vocabulary whose logits are there at once. */
function entriesAtOnce(vocab: number, positions: number): number {
  const perEntry = 4 * positions;
  return vocab * perEntry <= WHOLE_BYTES ? vocab : Math.max(1, Math.floor(PIECE_BYTES / perEntry));
}

/** What training asks of the model. @throws TrainingError where it says nothing of it */
export function trainingOf({ name, training }: ConfiguredModel): ConfiguredTraining {
  if (training !== undefined) return training;
  throw new TrainingError({
    message: `model ${name} cannot be trained`,
    expected: "a definition that says what a loss is made of (training, in defineModel)",
    got: "none",
  });
}

function checkOptions({ batch, time, lossChunk }: LossOptions): void {
  checkCount("batch", batch);
  checkCount("time", time);
  if (lossChunk !== undefined) checkCount("lossChunk", lossChunk);
}

/** What a program computes of its batch. */
export interface TracedLoss {
  /** f32. */
  readonly loss: Scalar;
  /** Over how many positions it was taken: the sum of the mask. */
  readonly counted: Scalar;
  /** Of the loss, f32, by the parameters' paths. */
  readonly gradients: ByPath;
}

/** Traces the program's inputs, and gives what traces the summed loss of them, whose operations a gradient goes through. */
function batchLoss(model: ConfiguredModel, options: LossOptions): () => SummedLoss {
  checkOptions(options);
  const training = trainingOf(model);
  const { dtype = model.dtype, keep = "nothing" } = options;
  const axes = [axis("batch", options.batch), axis("time", options.time + 1)] as const;
  const [tokens, mask, positions] = [batchInputs.tokens, batchInputs.mask, batchInputs.positions].map(
    (name) => input(name, axes, "i32"),
  ) as [Tokens, Tokens, Tokens];
  const read = (x: Tokens): Tokens => slice(x, "time", { stop: -1 });
  const following = (x: Tokens): Tokens => slice(x, "time", { start: 1 });
  const targets = { tokens: following(tokens), mask: following(mask).to("f32") };
  return () =>
    withoutStates(() => {
      const forward = training.forward({ dtype, keep, tokens: read(tokens), position: read(positions) });
      const vocab = forward.head.weight.size("vocab");
      const most = options.lossChunk ?? entriesAtOnce(vocab, options.batch * options.time);
      return summedCrossEntropy(forward, targets, most);
    });
}

/** Traces the mean loss of the program's batch alone. */
export function meanLoss(model: ConfiguredModel, options: LossOptions): Scalar {
  const { total, counted } = batchLoss(model, options)();
  return total.div(counted);
}

/**
 * Traces the loss of the program's batch, and its gradients.
 * @param taken the mean over the positions that count, or the sum, which adds up over batches
 */
export function lossAndGradients(
  model: ConfiguredModel,
  options: LossOptions,
  taken: "mean" | "sum",
): TracedLoss {
  const summed = batchLoss(model, options);
  const { loss, counted, gradients } = gradientsOfParameters(() => {
    const { total, counted: count } = summed();
    return { loss: taken === "mean" ? total.div(count) : total, counted: count };
  }, options.trains);
  const inF32 = Object.entries(gradients as unknown as ByPath).map(([path, g]) => [path, g.to("f32")]);
  if (inF32.length > 0) return { loss, counted, gradients: Object.fromEntries(inF32) as ByPath };
  throw new TrainingError({
    message: `no parameter of model ${model.name} is trained`,
    expected: "one or more of its parameters",
    got: "none of them chosen",
  });
}

type Tokens = Tensor<"batch" | "time", "i32">;
