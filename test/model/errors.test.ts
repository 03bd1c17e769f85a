import { describe, expect, test } from "vitest";
import { griffin } from "../../models/index.js";
import { presets } from "../../models/griffin/presets.js";
import { configureCheckpoint, defineModel, type ModelSpec } from "../../src/model/index.js";
import { small } from "../models/second/llama-config.js";
import { llama } from "../models/second/llama-definition.js";
import { errorText } from "../weights/files.js";

const models = [griffin, llama];
const files = (config: Readonly<Record<string, unknown>>) => ({
  where: "DIR/config.json",
  config,
  generation: {},
});

describe("the model that a checkpoint is of", () => {
  test("is found by its model_type", () => {
    const config = {
      model_type: "llama",
      vocab_size: 40,
      hidden_size: 32,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      intermediate_size: 48,
      max_position_embeddings: 64,
      rope_theta: 500,
      rms_norm_eps: 1e-5,
      bos_token_id: 1,
      eos_token_id: 2,
    };
    expect(configureCheckpoint(files(config), models)).toMatchObject({ name: "llama", config: small });
  });

  test("is none that is known, with a near name", async () => {
    expect(await errorText(() => configureCheckpoint(files({ model_type: "recurrent-gemma" }), models))).toBe(
      [
        "checkpoint error: model_type: no model of this type is known",
        "  expected: recurrent_gemma, llama",
        '  got:      "recurrent-gemma"',
        "  at:       DIR/config.json",
        "  hint:     did you mean recurrent_gemma?",
      ].join("\n"),
    );
    expect(await errorText(() => configureCheckpoint(files({ model_type: "mine" }), models))).toBe(
      [
        "checkpoint error: model_type: no model of this type is known",
        "  expected: recurrent_gemma, llama",
        '  got:      "mine"',
        "  at:       DIR/config.json",
        "  hint:     a model of your own is named with its folder: ./my-model.ts#name, or `models` in the API",
      ].join("\n"),
    );
  });

  test("must be said where several are known", async () => {
    expect(await errorText(() => configureCheckpoint(files({}), models))).toBe(
      [
        "checkpoint error: model_type: missing",
        "  expected: recurrent_gemma, llama",
        "  at:       DIR/config.json",
      ].join("\n"),
    );
  });
});

describe("a configuration", () => {
  test("is refused with everything that its schema says is wrong", async () => {
    const text = await errorText(() => llama.configure({ ...small, words: 0, theta: -1 }));
    expect(text.split("\n")[0]).toBe("model error: 2 problems in the configuration of llama");
    expect(text).toMatch(/^ +words +Too small: expected number to be >0$/m);
    expect(text).toMatch(/^ +theta +Too small: expected number to be >0$/m);
  });

  test("with a field that the schema has not is refused: a stored one of another version", async () => {
    const text = await errorText(() =>
      griffin.configure({ ...presets.tiny, depth: 3 } as typeof presets.tiny),
    );
    expect(text).toContain("the configuration of griffin");
    expect(text).toContain('Unrecognized key: "depth"');
  });
});

describe("a program", () => {
  const model = llama.configure(small);

  test("of a kind that the model has not is refused, with a near one", async () => {
    const key = { kind: "contineu", batch: 1, time: 4, dtype: "f32" } as never;
    expect(await errorText(() => model.program(key))).toBe(
      [
        "model error: program: the model has no such kind",
        "  expected: read, continue, next, everything",
        "  got:      contineu",
        "  at:       model llama",
        "  hint:     did you mean continue?",
      ].join("\n"),
    );
  });

  test("that takes one token of each sequence takes no other number", async () => {
    expect(await errorText(() => model.program({ kind: "next", batch: 1, time: 4, dtype: "f32" }))).toBe(
      [
        "model error: next: takes another number of tokens of each sequence",
        "  expected: 1",
        "  got:      4",
        "  at:       model llama",
      ].join("\n"),
    );
  });
});

test.each([
  ["prepare", "programs that prepare weights"],
  ["sampler", "programs that draw tokens"],
  ["loop", "programs that make several tokens in one call"],
])("a kind of programs cannot be called %s", async (kind, what) => {
  const kinds = { [kind]: { summary: "is one" } };
  const checkpoint = { modelTypes: ["own"], configFrom: () => ({}) };
  const rest = { config: {}, checkpoint, program: () => undefined };
  const spec = { name: "own", ...rest, kinds } as unknown as ModelSpec<object, string>;
  expect(await errorText(() => defineModel(spec))).toBe(
    [
      `model error: kinds: "${kind}" is taken`,
      `  expected: another name: ${what} are called so`,
      "  at:       model own",
    ].join("\n"),
  );
});
