/** @file causalLanguageModel: how a definition says what generation needs to know. */
import type { GenerationPrograms, LanguageModel } from "../serving/index.js";
import { checkOptions } from "../support/options.js";

/** The parts that a model's configuration, kinds, inputs and results play in generation. */
export interface CausalLanguageModelSpec<Config, Kind extends string> {
  /** Entries of the vocabulary. */
  vocab(config: Config): number;
  /** The token in front of every prompt. */
  bos(config: Config): number;
  /** Generation stops at any of these. */
  eos(config: Config): readonly number[];
  /** The token of padding in front of shorter prompts. */
  pad(config: Config): number;
  /** Tokens that a sequence may have, where its states hold no more; without it, any number. */
  capacity?(config: Config): number | undefined;
  readonly programs: GenerationPrograms<Kind>;
  /** Names of the programs' inputs. */
  readonly inputs: LanguageModel["inputs"];
  /** Names of the programs' results. */
  readonly outputs: LanguageModel["outputs"];
}

/** What generation needs to know of each configuration of a model. */
export const causalLanguageModel = <Config, Kind extends string>(
  spec: CausalLanguageModelSpec<Config, Kind>,
) => {
  checkOptions("causalLanguageModel", spec, {
    vocab: true,
    bos: true,
    eos: true,
    pad: true,
    capacity: true,
    programs: true,
    inputs: true,
    outputs: true,
  });
  const { vocab, bos, eos, pad, capacity, ...parts } = spec;
  return (config: Config): LanguageModel<Kind> => {
    const most = capacity?.(config);
    return {
      vocabSize: vocab(config),
      bosId: bos(config),
      eosIds: eos(config),
      padId: pad(config),
      ...(most === undefined ? {} : { capacity: most }),
      ...parts,
    };
  };
};
