/** @file train: fine-tunes a model, or trains one from nothing, and tells how it goes. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Batches, DataError, type RowBatch, START } from "../../data/index.js";
import { elementCount } from "../../runtime-pjrt/index.js";
import { defaultTarget } from "../../targets/index.js";
import { testLoss } from "../test-loss.js";
import { openDevice, type DeviceOptions } from "../open-device.js";
import type { Trainer } from "../trainer.js";
import type { TrainingFigures } from "../training-buffers.js";
import type { EvalEvent, StepEvent, TrainEvent, TrainSummary } from "./events.js";
import { History } from "./history.js";
import { writeModel } from "./model-folder.js";
import { notFiniteError } from "./not-finite.js";
import {
  type PreparedTraining,
  prepareTraining,
  type TrainingTask,
  widthOf,
  TRAINING_TASK,
} from "./prepare.js";
import { startTrainer, type StartOptions, START_OPTIONS } from "./start.js";
import { type TrainingProgress, writeState } from "./state-file.js";
import { toWrite } from "../../support/errors.js";
import { loweringOf } from "../../targets/options.js";
import { checkOptions, type OptionNames } from "../../support/options.js";

/** A whole training: what, on what device, and how often something is told or kept. */
export interface TrainRequest extends TrainingTask, StartOptions {
  /** Name or path of the PJRT plugin to run on. Default: the CPU's. */
  readonly plugin?: string | undefined;
  readonly env?: DeviceOptions["env"];
  readonly onDevice?: DeviceOptions["onEvent"];
}

const TRAIN_REQUEST: OptionNames<TrainRequest> = {
  ...TRAINING_TASK,
  ...START_OPTIONS,
  plugin: true,
  env: true,
  onDevice: true,
};

/**
 * Trains, and yields what happens; what it returns tells how it ended. When `signal` is aborted the step under way is finished and
 * everything is kept. The folder holds, after every save: the model in the Hugging Face layout, `training.safetensors` with which the training
 * goes on, `log.jsonl` and `curves.svg` of all losses, and in `best` the model whose test was best.
 *
 *     for await (const event of train({ models, settings: { model: demoFolder, data: ["a.jsonl"] }, out: "tuned" }))
 *       if (event.event === "step") console.log(event.step, event.loss);
 *
 * @throws GriffinError for whatever does not fit; DataError with file and line; TrainingError when the loss is not finite: what was kept last
 * stays; AbortedError before the first step
 */
export async function* train(request: TrainRequest): AsyncGenerator<TrainEvent, TrainSummary, void> {
  checkOptions("train", request, TRAIN_REQUEST);
  await using prepared = await prepareTraining(request);
  const { settings, model, data, stored, trains } = prepared;
  const { plugin = defaultTarget.plugin, env, signal, onDevice } = request;
  yield {
    event: "start",
    model: `${model.name}, ${model.summary}`,
    trainedParameters: sizeOf([...model.parameters, ...prepared.adapters].filter(({ path }) => trains(path))),
    parameters: sizeOf(model.parameters),
    examples: data.count,
    longExamples: prepared.longExamples,
    longTestExamples: prepared.longTestExamples,
    step: stored?.progress.step ?? 0,
    settings,
  };
  await using device = await openDevice(plugin, { env, signal, onEvent: onDevice });
  yield { event: "compile" };
  const computed = { ...request, ...loweringOf(prepared.ways) };
  const { trainer, memory } = await startTrainer(device.client, prepared, computed);
  using running = trainer;
  yield { event: "memory", ...memory };
  await toWrite(prepared.folder, () => mkdir(prepared.folder, { recursive: true }));
  return yield* new Run(computed, prepared, running).steps();
}

const sizeOf = (parameters: readonly { readonly shape: readonly number[] }[]): number =>
  parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);

/** Steps whose times are averaged. */
const RECENT = 20;

/** The steps of one training. */
class Run {
  readonly #batches: Batches;
  #progress: TrainingProgress;
  #saved: number | undefined;
  #loss: number | undefined;
  #recentMs: readonly number[] = [];

  constructor(
    private readonly request: TrainRequest,
    private readonly prepared: PreparedTraining,
    private readonly trainer: Trainer,
  ) {
    const { settings, stored, data, encoder } = prepared;
    this.#progress = stored?.progress ?? { step: 0, data: START };
    this.#saved = stored?.progress.step;
    const { pack: packs, skipLong: skipsLong, shuffle, seed } = settings;
    const options = { ...this.#shape, packs, skipsLong, seed: shuffle ? seed : undefined };
    this.#batches = new Batches(data, encoder, options, this.#progress.data);
  }

  get #shape() {
    const { settings, model } = this.prepared;
    return { batch: settings.batch, width: widthOf(settings), padId: model.generation.padId };
  }

  async *steps(): AsyncGenerator<TrainEvent, TrainSummary, void> {
    const { folder, settings, ways } = this.prepared;
    const { evalEvery = often(settings.steps), saveEvery = often(settings.steps) } = ways;
    const { signal } = this.request;
    const history = await History.open(folder, this.#progress.step);
    const kept = <E extends StepEvent | EvalEvent>(event: E): E => {
      history.add(event);
      return event;
    };
    if (this.#progress.step === 0) for await (const event of this.#test()) yield kept(event);
    while (this.#progress.step < settings.steps && signal?.aborted !== true) {
      yield kept(await this.#step(history));
      const { step } = this.#progress;
      const isLast = step === settings.steps;
      if (isLast || step % evalEvery === 0) for await (const event of this.#test()) yield kept(event);
      if (!isLast && step % saveEvery === 0) yield await this.#save(history);
    }
    if (this.#saved !== this.#progress.step) yield await this.#save(history);
    const { step, best } = this.#progress;
    return {
      ...{ folder, steps: step, loss: this.#loss, best },
      stopped: step < settings.steps,
      skipped: this.#batches.skipped,
    };
  }

  /** What is wrong with data that were changed since they were looked at is told after everything before it is kept. */
  async #nextBatches(history: History): Promise<readonly RowBatch[]> {
    const batches: RowBatch[] = [];
    try {
      while (batches.length < this.prepared.settings.accumulate) batches.push(await this.#batches.next());
      return batches;
    } catch (error) {
      if (error instanceof DataError && this.#progress.step > (this.#saved ?? 0)) await this.#save(history);
      throw error;
    }
  }

  async #step(history: History): Promise<StepEvent> {
    const start = performance.now();
    const batches = await this.#nextBatches(history);
    const figures = await this.trainer.step(...batches);
    const step = this.#progress.step + 1;
    if (!isFiniteStep(figures)) {
      const where = this.prepared.folder;
      throw await notFiniteError(this.trainer, {
        step,
        figures,
        batches,
        kept: this.#saved,
        where,
      });
    }
    this.#progress = { ...this.#progress, step, data: this.#batches.position };
    this.#loss = figures.loss;
    this.#recentMs = [...this.#recentMs, performance.now() - start].slice(-RECENT);
    return this.#told(figures, batches);
  }

  #told({ loss, gradientNorm }: TrainingFigures, batches: readonly RowBatch[]): StepEvent {
    const { settings } = this.prepared;
    const { step, data } = this.#progress;
    const stepMs = this.#recentMs.reduce((sum, ms) => sum + ms, 0) / this.#recentMs.length;
    const positions = settings.batch * settings.length * settings.accumulate;
    return {
      ...{ event: "step", step, loss, gradientNorm, epoch: data.epoch },
      targets: batches.reduce((sum, { counted }) => sum + counted, 0),
      tokensPerSecond: (1000 * positions) / stepMs,
      residentBytes: process.memoryUsage.rss(),
      remainingMs: stepMs * (settings.steps - step),
    };
  }

  /** Tests on all examples kept for that, if there are any; keeps the model that is better than all before. */
  async *#test(): AsyncGenerator<EvalEvent, void, void> {
    const { evalData, encoder, folder, settings } = this.prepared;
    if (evalData === undefined) return;
    const { pack: packs, skipLong: skipsLong } = settings;
    const batches = new Batches(evalData, encoder, { ...this.#shape, packs, skipsLong });
    const { loss, targets } = await testLoss(this.trainer, batches);
    const { step, best: before } = this.#progress;
    const best = step > 0 && Number.isFinite(loss) && (before === undefined || loss < before.loss);
    if (best) {
      await writeModel(join(folder, "best"), this.#trained);
      this.#progress = { ...this.#progress, best: { step, loss } };
    }
    yield { event: "eval", step, loss, perplexity: Math.exp(loss), targets, best };
  }

  get #trained() {
    const { model, lora, checkpoint, settings } = this.prepared;
    return { trainer: this.trainer, model, lora, checkpoint, from: settings.model, options: this.request };
  }

  async #save(history: History): Promise<TrainEvent> {
    const { folder, settings, ways, data, evalData, stored } = this.prepared;
    // Before the state: what the log says of later steps than the state is dropped when the training goes on, what it lacks is lost.
    await history.write();
    await writeModel(folder, this.#trained);
    // Of what was tested last, if nothing is now: its best stays the best.
    const evalDigest = evalData?.digest ?? stored?.evalDigest;
    const kept = { settings, ways, dataDigest: data.digest, evalDigest, progress: this.#progress };
    await writeState(folder, this.trainer, kept);
    this.#saved = this.#progress.step;
    return { event: "save", step: this.#progress.step, folder };
  }
}

const often = (steps: number): number => Math.max(1, Math.ceil(steps / 10));

const isFiniteStep = ({ loss, gradientNorm }: TrainingFigures): boolean =>
  Number.isFinite(loss) && Number.isFinite(gradientNorm);
