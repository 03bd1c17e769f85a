/** @file The result of a training: a model folder in the Hugging Face layout, loadable as any other. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ConfiguredModel } from "../../model/index.js";
import { closeAll } from "../../serving/index.js";
import { toWrite } from "../../support/errors.js";
import { readLimited } from "../../support/read-limited.js";
import { writeWhole } from "../../support/whole.js";
import { LONGEST_TOKENIZER_FILE, TOKENIZER_FILES } from "../../tokens/index.js";
import { type LoraModel, mergedWeights } from "../../training/index.js";
import {
  arrangeTensors,
  type BoundParameter,
  bindWeights,
  type Checkpoint,
  CheckpointError,
  convertFloats,
  writeSafetensorsStream,
} from "../../weights/index.js";
import type { Trainer } from "../trainer.js";
import { isParameter, type TrainerOptions, compileProgram } from "../training-programs.js";

/** Files that say what a model is and how it reads text, as far as there are such. */
const COPIED = [
  "config.json",
  "generation_config.json",
  ...TOKENIZER_FILES,
  "special_tokens_map.json",
  "added_tokens.json",
];

/** What is stored, and of what. */
export interface TrainedModel {
  readonly trainer: Trainer;
  /** Without adapters. */
  readonly model: ConfiguredModel;
  readonly lora?: LoraModel | undefined;
  /** What it was trained from: weights that are not trained are taken of it. */
  readonly checkpoint: Checkpoint;
  /** The folder that the files beside the weights are taken of. */
  readonly from: string;
  /** How a program that merges adapters is compiled. */
  readonly options: Pick<TrainerOptions, "cache" | "target">;
}

/** f32 numbers of parameters, packed. */
type Read = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Writes a model folder: weights as they were learnt (averages, where such are kept) in the type that its config.json names, adapters merged,
 * and beside them as PEFT takes them. Every file is whole, the old or the new one.
 */
export async function writeModel(folder: string, trained: TrainedModel): Promise<void> {
  await toWrite(folder, () => mkdir(folder, { recursive: true }));
  for (const name of COPIED) await copyIfThere(join(trained.from, name), join(folder, name));
  const { trainer, lora } = trained;
  if (lora === undefined) return writeWeights(folder, trained, (path) => trainer.readLearnt(path));
  using program = await compileProgram(trainer.client, mergedWeights(lora), trained.options);
  const merged = await trainer.derive(program);
  try {
    await writeWeights(folder, trained, (path) => merged.get(path)!.toHost(), new Set(merged.keys()));
  } finally {
    closeAll(merged.values());
  }
  await writeAdapter(join(folder, "adapter"), trained, lora);
}

/** @throws CheckpointError for what is no file; EnvironmentError when it cannot be written */
async function copyIfThere(source: string, target: string): Promise<void> {
  const file = await readLimited(source, LONGEST_TOKENIZER_FILE);
  if ("bytes" in file) return toWrite(target, () => writeWhole(target, file.bytes));
  if (file.problem !== "missing") throw new CheckpointError(source, [{ subject: "file", ...file }]);
}

async function writeWeights(
  folder: string,
  { trainer, model, checkpoint }: TrainedModel,
  read: Read,
  changed: ReadonlySet<string> = new Set(
    trainer.states.map(({ name }) => name).filter((name) => isParameter(name)),
  ),
): Promise<void> {
  const { dtype } = model;
  const { parameters } = bindWeights(checkpoint, model.parameters, model.names);
  const written = [...parameters.values()].map((parameter): BoundParameter => {
    const { path, shape, name, file } = parameter;
    // Parts are read as they are stored.
    const readPart = parameter.dtype === dtype ? parameter.readPart : undefined;
    if (!changed.has(path)) return { ...parameter, dtype, readPart };
    return {
      path,
      shape,
      name,
      file,
      dtype,
      readAs: async (wanted) => convertFloats(await read(path), "f32", wanted),
    };
  });
  const tensors = arrangeTensors(folder, written, model.names);
  // transformers takes no file that does not say so.
  await writeSafetensorsStream(join(folder, "model.safetensors"), tensors, { format: "pt" });
}

/** The adapters alone, in the layout of PEFT. */
async function writeAdapter(
  folder: string,
  { trainer, model, from }: TrainedModel,
  { adapters, scale }: LoraModel,
): Promise<void> {
  await toWrite(folder, () => mkdir(folder, { recursive: true }));
  const nameOf = (of: (typeof adapters)[number]["of"]) =>
    model.names.nameOf(of).name.replace(/\.weight$/, "");
  const tensors = adapters.map(({ path, shape, of, part }) => {
    const name = `base_model.model.${nameOf(of)}.lora_${part === "lora_a" ? "A" : "B"}.weight`;
    return [name, { dtype: "f32" as const, shape, read: () => trainer.readLearnt(path) }] as const;
  });
  await writeSafetensorsStream(join(folder, "adapter_model.safetensors"), tensors, { format: "pt" });
  const [rank] = adapters[0]!.shape;
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: from,
    r: rank,
    lora_alpha: scale * rank!,
    lora_dropout: 0,
    bias: "none",
    target_modules: [...new Set(adapters.map(({ of }) => nameOf(of)))],
  };
  const text = `${JSON.stringify(config, undefined, 2)}\n`;
  const path = join(folder, "adapter_config.json");
  await toWrite(path, () => writeWhole(path, text));
}
