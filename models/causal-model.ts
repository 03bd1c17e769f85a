/** @file What the definitions of all language models here have in common: kinds of programs, their parts in generation, special tokens, dtype. */
import {
  causalLanguageModel,
  defineModel,
  type ComputeDType,
  type ModelSpec,
  type Parameter,
  type TrainingForward,
  type TrainingInputs,
  type TrainingSpec,
} from "../src/model/index.js";
import { type CausalKind, causalKinds, causalParts } from "./causal-kinds.js";
import type { CausalOutputs } from "./causal-program.js";

/** Fields that every configuration has; see `languageModelFields`. */
interface LanguageModelConfig {
  readonly vocabSize: number;
  readonly dtype: ComputeDType;
  readonly bosId: number;
  readonly eosIds: readonly number[];
  readonly padId: number;
}

/** What one model's definition says beside that. */
interface CausalModelSpec<Config>
  extends Omit<ModelSpec<Config, CausalKind>, "kinds" | "generation" | "dtype" | "training"> {
  readonly training: Omit<TrainingSpec<Config>, "forward"> & {
    /** Traces what logits come of. */
    forward(config: Config, inputs: TrainingInputs): CausalOutputs;
  };
  /** Tokens that a sequence may have, where its states hold no more; without it, any number. */
  capacity?(config: Config): number | undefined;
}

/** Rows of an embedding are looked up, not multiplied: adapters do not go beside it, even where its rows are the head's, too. */
const isNoEmbedding = ({ path }: Parameter): boolean => !/^embed(?:dings|_tokens)\b/.test(path);

/** A loss goes through the vocabulary in pieces: what each of them multiplies is normalised once, before. */
function normalised({ residual, norm, head, logits }: CausalOutputs): TrainingForward {
  return { hidden: norm(residual), head, logits };
}

/** Makes the definition of a language model whose programs `causalProgram` traces. */
export const defineCausalModel = <Config extends LanguageModelConfig>({
  capacity,
  training,
  ...spec
}: CausalModelSpec<Config>) =>
  defineModel({
    ...spec,
    training: {
      adapts: isNoEmbedding,
      ...training,
      forward: (config, inputs) => normalised(training.forward(config, inputs)),
    },
    kinds: causalKinds,
    generation: causalLanguageModel<Config, CausalKind>({
      vocab: ({ vocabSize }) => vocabSize,
      bos: ({ bosId }) => bosId,
      eos: ({ eosIds }) => eosIds,
      pad: ({ padId }) => padId,
      ...(capacity === undefined ? {} : { capacity }),
      ...causalParts,
    }),
    dtype: ({ dtype }) => dtype,
  });
