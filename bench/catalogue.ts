/** @file The benchmarks, by their folders. */

/** One of them. */
export interface Benchmark {
  /** What it measures, against whom. */
  readonly what: string;
  /** Options of `npm run bench` that it knows, by its own names for them. */
  readonly takes: Readonly<Partial<Record<"quick" | "write" | "reference" | "torch", string>>>;
}

const own = <const Names extends readonly (keyof Benchmark["takes"])[]>(...names: Names) =>
  Object.fromEntries(names.map((name) => [name, `--${name}`])) as Benchmark["takes"];

/** In the order in which all are run. */
export const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  scan: {
    what: "the linear scan alone by every strategy, against one elementwise pass over the same arrays, Flax's scan and `lax.associative_scan`",
    takes: own("quick", "write", "reference"),
  },
  families: {
    what: "layers of model families and their gradients (selective scan, linear attention, delta rule, attention), against the same by the general `scan`, and JAX as a loop over tokens and as an expert writes it",
    takes: own("quick", "write", "reference"),
  },
  model: {
    what: "prefill, decode, compile and memory of the 88M Griffin on the CPU plugin, against Flax under jit, transformers, recurrentgemma's PyTorch, and the speed of memory",
    takes: own("quick", "write", "reference", "torch"),
  },
  position: {
    what: "a decode step at position 100,000 against one at 3,000",
    takes: own("quick", "write"),
  },
  sessions: {
    what: "drawn tokens against greedy ones, a second turn of a dialogue against reading all of it again, rows that are filled again, questions read once for all their choices",
    takes: own("quick", "write"),
  },
  tokens: {
    what: "text to tokens by SentencePiece's `tokenizer.model`, unigram and BPE, against SentencePiece's own library",
    takes: own("quick", "write", "reference"),
  },
  compile: {
    what: "from the DSL to StableHLO text of the 2B model, in time and bytes, and the compile of the 88M Griffin, against Flax",
    takes: own("quick", "write", "reference"),
  },
  plugins: {
    what: "the CPU plugins on our programs, against the default",
    takes: own("quick", "write"),
  },
  tpu: {
    what: "programs compiled for a TPU that is not there, counted, against the reference's",
    takes: own("write", "reference"),
  },
  training: {
    what: "AdamW's step of the 88M Griffin in time, start and memory, against Flax with optax and PyTorch; the linear scan's gradient against its values",
    takes: own("quick", "write", "reference", "torch"),
  },
  artifact: {
    what: "cold start from an artifact, against the model folder",
    takes: own("write"),
  },
  runtime: {
    what: "calls, transfers, event loop and endurance of the PJRT runtime, against JAX",
    takes: { quick: "--quick", reference: "--jax" },
  },
};
