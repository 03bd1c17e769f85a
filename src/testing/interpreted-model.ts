/** @file A model with weights by formula, run by the interpreter: slow and exact, without a plugin. */
import { ENTRY } from "../ir/analysis/symbols.js";
import { type Elements, elementsFromNumbers } from "../ir/elements.js";
import { interpretFunction } from "../ir/interpret/index.js";
import { tensorType } from "../ir/types.js";
import { findMeaning } from "../lowering/index.js";
import type { ConfiguredModel } from "../model/index.js";
import { longestOf } from "../support/longest.js";
import { formulaValues } from "../weights/formula.js";
import { numbersOf } from "./close.js";
import { TestFailure } from "./failure.js";

/** A piece of a text. */
interface Piece {
  readonly tokens: readonly number[];
  /** The place of its first token in the text, from 0. */
  readonly from: number;
}

type States = ReadonlyMap<string, Elements>;

/** What a program gives. */
export interface Step {
  /** By row; of programs that give all positions, by position of the only row. */
  readonly logits: readonly (readonly number[])[];
  /** The best token of each row; empty where the program gives none. */
  readonly best: readonly number[];
  readonly states: States;
}

/** Programs of a model in f32. */
export class InterpretedModel {
  readonly #weights = new Map<string, Elements>();

  constructor(
    private readonly model: ConfiguredModel,
    private readonly seed: number,
  ) {}

  get generation(): ConfiguredModel["generation"] {
    return this.model.generation;
  }

  /** The logits of all positions of a text from nothing. */
  allLogits(tokens: readonly number[]): readonly (readonly number[])[] {
    const { forward, prefill } = this.generation.programs;
    if (forward !== undefined) return this.run(forward, [{ tokens, from: 0 }]).logits;
    return tokens.map((_, i) => this.run(prefill, [{ tokens: tokens.slice(0, i + 1), from: 0 }]).logits[0]!);
  }

  /** Runs a program on a piece a row, each padded in front to the longest, or to `time`. */
  run(
    kind: string,
    rows: readonly Piece[],
    {
      time = longestOf(rows.map(({ tokens }) => tokens)),
      states = new Map(),
    }: {
      readonly time?: number;
      readonly states?: States;
    } = {},
  ): Step {
    const { inputs, outputs, padId, vocabSize } = this.generation;
    const program = this.model.program({ kind, batch: rows.length, time, dtype: "f32" });
    const padded = (valuesOf: (piece: Piece) => readonly number[], padding: number): Elements =>
      elementsFromNumbers(
        tensorType([rows.length, time], "i32"),
        rows.flatMap((piece) => {
          const values = valuesOf(piece);
          return [...Array<number>(time - values.length).fill(padding), ...values];
        }),
      );
    const given = new Map([
      [inputs.tokens, padded(({ tokens }) => tokens, padId)],
      [inputs.positions, padded(({ tokens, from }) => tokens.map((_, i) => from + i), -1)],
    ]);
    const values = program.arguments.map(({ role, name }) => {
      const value =
        role === "parameter" ? this.#weight(name) : role === "state" ? states.get(name) : given.get(name);
      if (value === undefined)
        throw new TestFailure({
          message: `${kind} takes ${role} "${name}", which nothing gives`,
          expected:
            role === "state"
              ? `a state of the program before it: ${[...states.keys()].join(", ") || "none"}`
              : `inputs of generation: ${[...given.keys()].join(", ")}`,
        });
      return value;
    });
    const made = interpretFunction(program.module, ENTRY, values, { decompositions: findMeaning });
    const results = (role: string): States =>
      new Map(
        program.results.flatMap((result, i) => (result.role === role ? [[result.name, made[i]!]] : [])),
      );
    const named = results("output");
    const [logits, best] = [numbersOf(named.get(outputs.logits)!), named.get(outputs.best)];
    return {
      logits: Array.from({ length: logits.length / vocabSize }, (_, i) =>
        logits.slice(i * vocabSize, (i + 1) * vocabSize),
      ),
      best: best === undefined ? [] : numbersOf(best),
      states: results("state"),
    };
  }

  #weight(path: string): Elements | undefined {
    const known = this.#weights.get(path);
    const parameter = this.model.parameters.find((each) => each.path === path);
    if (known !== undefined || parameter === undefined) return known;
    const { names, formula } = this.model;
    const values = formulaValues(names.nameOf(parameter), this.seed, formula);
    const elements = elementsFromNumbers(tensorType(parameter.shape, "f32"), Array.from(values));
    this.#weights.set(path, elements);
    return elements;
  }
}
