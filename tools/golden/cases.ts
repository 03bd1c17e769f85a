/** @file The golden cases of folders: of inference, of training, and of fine-tuning. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { models } from "../../models/index.js";
import type { TracedProgram } from "../../src/dsl/index.js";
import {
  checkFineTuningCase,
  checkGoldenCase,
  checkTrainingCase,
  fineTuningCasePrograms,
  goldenPrograms,
  type GoldenOptions,
  type LoweredProgram,
  trainingCasePrograms,
} from "../../src/engine/index.js";
import {
  formatReport,
  formatTrainingReport,
  isFineTuningCase,
  openCase,
  openFineTuningCase,
  openTrainingCase,
  type TrainingReport,
} from "../../src/golden/index.js";
import type { ConfiguredModel } from "../../src/model/index.js";
import type { Client } from "../../src/runtime-pjrt/index.js";
import { pickOptions } from "../../src/support/options.js";
import { TRAINING_CHECK_OPTIONS } from "../../src/engine/golden-training.js";

/** A case as it is lowered in one way. */
export interface LoweredCase {
  /** Every program that its check runs on the device. */
  readonly programs: readonly LoweredProgram[];
  /** Checks it: the lines of a report that did not pass. */
  complaints(): Promise<readonly string[]>;
}

/** A case, and how it is checked. */
export interface Case {
  readonly name: string;
  readonly boundsBf16: boolean;
  lower(client: Client, options: GoldenOptions): LoweredCase;
}

/** Traced programs that are kept: those of one case, which ways of lowering share. */
const KEPT = 32;
const traced = new Map<string, TracedProgram>();

/** A model whose programs are traced once as long as they are kept: lowering leaves them as they are. @param name that no other model has */
function tracedOnce(model: ConfiguredModel, name: string): ConfiguredModel {
  const program: ConfiguredModel["program"] = (key) => {
    const id = JSON.stringify([name, key]);
    const made = traced.get(id) ?? model.program(key);
    traced.delete(id);
    traced.set(id, made);
    const [oldest] = traced.keys();
    if (traced.size > KEPT) traced.delete(oldest!);
    return made;
  };
  // Not spread: its parameters are found out by a trace, when they are asked for.
  return Object.create(model, { program: { value: program } });
}

async function inferenceCase(folder: string): Promise<Case> {
  const opened = await openCase(folder, models);
  const golden = { ...opened, model: tracedOnce(opened.model, folder) };
  return {
    name: golden.name,
    boundsBf16: golden.toleranceBf16 !== undefined,
    lower: (client, options) => {
      const programs = goldenPrograms(client, golden, options);
      const complaints = async () => {
        const report = await checkGoldenCase(client, golden, options, programs);
        return report.passed ? [] : formatReport(report);
      };
      return { programs, complaints };
    },
  };
}

/** Of the options of all cases, those of training. */
const trainingOf = (options: GoldenOptions) => pickOptions(options, TRAINING_CHECK_OPTIONS);

async function trainingCase(folder: string): Promise<Case> {
  if (!(await isFineTuningCase(folder))) {
    const golden = await openTrainingCase(folder, models);
    return {
      name: golden.name,
      boundsBf16: false,
      lower: (client, options) => ({
        programs: trainingCasePrograms(client, golden, trainingOf(options)),
        complaints: async () => complaintsOf(await checkTrainingCase(client, golden, trainingOf(options))),
      }),
    };
  }
  const golden = await openFineTuningCase(folder, models);
  return {
    name: golden.name,
    boundsBf16: golden.tolerance.lossesBf16 !== undefined,
    lower: (client, options) => ({
      programs: fineTuningCasePrograms(client, golden, trainingOf(options)),
      complaints: async () => complaintsOf(await checkFineTuningCase(client, golden, trainingOf(options))),
    }),
  };
}

const complaintsOf = (report: TrainingReport): readonly string[] =>
  report.passed ? [] : formatTrainingReport(report);

/** How a case is opened, by the file that holds its numbers. */
const openers: Readonly<Record<string, (folder: string) => Promise<Case>>> = {
  "golden.safetensors": inferenceCase,
  "train.safetensors": trainingCase,
};

/** Opens the case of a file of numbers. @throws what opening cases throws; Error for a file of another name */
export function openNumbers(path: string): Promise<Case> {
  const open = openers[basename(path)];
  if (open === undefined) throw new Error(`${path}: expected ${Object.keys(openers).join(" or ")}`);
  return open(dirname(path));
}

/** The cases of folders of cases by the file of their numbers; one that lies in two folders once. */
export async function casesIn(folders: readonly string[]): Promise<ReadonlyMap<string, Case>> {
  const paths = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true })) {
      if (!Object.hasOwn(openers, basename(entry))) continue;
      const path = join(folder, entry);
      const hash = createHash("sha256")
        .update(await readFile(path))
        .update(await readFile(path.replace(/safetensors$/, "json")))
        .digest("hex");
      if (!paths.has(hash)) paths.set(hash, path);
    }
  }
  const cases = new Map<string, Case>();
  for (const path of paths.values()) cases.set(path, await openNumbers(path));
  return cases;
}
