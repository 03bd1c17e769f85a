/** @file griffin train: prints how a training goes. */
import { train, type TrainEvent, type TrainingSettings, type TrainSummary } from "../engine/index.js";
import { UsageError } from "../support/errors.js";
import { cacheOf } from "./cache.js";
import type { Colors } from "./colors.js";
import type { CommandContext } from "./context.js";
import { formatCount } from "./count.js";
import { deviceOptions } from "./device.js";
import type { ExitStatus } from "./io.js";
import { chooseDefinitions } from "./model-choice.js";
import { type CacheFlags, type LoweringFlags, loweringOf } from "./options.js";
import { formatBytes, formatMs, type Progress } from "./progress.js";

type SettingFlags = {
  readonly [K in keyof Omit<TrainingSettings, "fromNothing" | "data" | "freeze">]?: TrainingSettings[K];
};

interface Options extends LoweringFlags, CacheFlags, SettingFlags {
  readonly init?: boolean;
  readonly data?: string[];
  readonly freeze?: string[];
  readonly out?: string;
  readonly resume?: string;
  readonly allowOtherData?: boolean;
  readonly eval?: readonly string[];
  readonly evalEvery?: number;
  readonly saveEvery?: number;
  readonly memory?: number;
  readonly load?: readonly string[];
  readonly plugin: string;
  readonly json?: boolean;
}

/** Exit code of a command that an interrupt ended, as shells give it. */
const INTERRUPTED = 130;

export async function runTrain(
  context: CommandContext,
  own: string | undefined,
  options: Options,
): Promise<ExitStatus> {
  const { plugin, json = false, memory: memoryLimit, out, resume, evalEvery, saveEvery } = options;
  checkGiven(options);
  const models = await chooseDefinitions(context, own);
  using progress = context.progress({ leavesLines: false });
  const { env, onEvent: onDevice } = deviceOptions(context, progress);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  let taken: ReturnType<CommandContext["interrupts"]> | undefined;
  using _ = { [Symbol.dispose]: () => taken?.[Symbol.dispose]() };
  /** From the first step on there is something to keep; before that an interrupt ends it at once. */
  const takeInterrupts = (): void => {
    taken = context.interrupts();
    taken.signal.addEventListener("abort", () => {
      progress.note("stops after this step, and keeps everything; Ctrl-C again ends at once");
      stop.abort();
    });
  };
  const running = train({
    ...{
      models,
      settings: settingsOf(options),
      out,
      resume,
      allowOtherData: options.allowOtherData,
      evalData: options.eval,
    },
    ...{ plugin, env, signal, onDevice, evalEvery, saveEvery, memoryLimit },
    cache: cacheOf(context, options, progress),
    ...loweringOf(options),
    extensions: context.extensions,
  });
  let next = await running.next();
  for (; next.done !== true; next = await running.next()) {
    if (next.value.event === "memory") takeInterrupts();
    if (json) context.printResult(JSON.stringify(next.value));
    else show(next.value, context, progress);
  }
  progress.done();
  const summary = next.value;
  if (json) context.printResult(JSON.stringify({ event: "end", ...summary }));
  else for (const line of endLines(summary, modulesOf(own, options))) context.print(line);
  return summary.stopped ? INTERRUPTED : 0;
}

/** @throws UsageError without what a training begins with, or goes on from */
function checkGiven({ model, data, resume }: Options): void {
  if (resume !== undefined || (model !== undefined && data !== undefined)) return;
  throw new UsageError({
    message: model === undefined ? "no model given" : "no data given",
    expected: "--model DIR and --data FILE, or --resume DIR",
  });
}

function settingsOf(options: Options) {
  const { init, shuffle, ...rest } = options;
  return {
    model: rest.model,
    fromNothing: init,
    data: rest.data,
    freeze: rest.freeze,
    steps: rest.steps,
    batch: rest.batch,
    length: rest.length,
    accumulate: rest.accumulate,
    pack: rest.pack,
    skipLong: rest.skipLong,
    // Commander's value of --no-shuffle when it is not given is true, which says nothing.
    shuffle: shuffle === false ? false : undefined,
    seed: rest.seed,
    optimizer: rest.optimizer,
    learningRate: rest.learningRate,
    b1: rest.b1,
    b2: rest.b2,
    weightDecay: rest.weightDecay,
    schedule: rest.schedule,
    warmup: rest.warmup,
    ema: rest.ema,
    clip: rest.clip,
    dtype: rest.dtype,
    loraRank: rest.loraRank,
    loraAlpha: rest.loraAlpha,
    remat: rest.remat,
  };
}

type Of<E extends TrainEvent["event"]> = Extract<TrainEvent, { readonly event: E }>;

/** What is printed of events; steps and compiling only move the progress. */
const LINES: { readonly [E in TrainEvent["event"]]?: (event: Of<E>, colors: Colors) => readonly string[] } = {
  start: ({
    model,
    trainedParameters: trained,
    parameters,
    examples,
    longExamples,
    longTestExamples,
    step,
    settings,
  }) => {
    const { batch, length, accumulate, optimizer, learningRate, steps } = settings;
    const rows = `${batch} x ${length} tokens${accumulate === 1 ? "" : ` x ${accumulate}`}`;
    const from = step === 0 ? "" : `, from step ${step}`;
    return [
      `${model}: ${formatCount(trained)} of ${formatCount(parameters)} parameters are trained`,
      `${examples} examples, ${rows} a step, ${optimizer}, rate ${learningRate}, ${steps} steps${from}`,
      ...(longExamples === 0 ? [] : [`${longExamples} of them are longer than a row, and passed over`]),
      ...(longTestExamples === 0
        ? []
        : [`of the test ${longTestExamples} are longer than a row, and passed over`]),
    ];
  },
  memory: ({ total, trained, frozen, optimizer, temporaries }) => [
    `memory: ${formatBytes(total)} (parameters ${formatBytes(trained + frozen)}, optimiser ${formatBytes(optimizer)}, temporaries ${formatBytes(temporaries)})`,
  ],
  eval: ({ step, loss, perplexity, best }, { green }) => [
    `step ${step}: test loss ${loss.toFixed(4)}, perplexity ${perplexity.toPrecision(4)}${best ? green(" best") : ""}`,
  ],
  save: ({ step, folder }, { dim }) => [dim(`step ${step}: kept in ${folder}`)],
};

function show(event: TrainEvent, context: CommandContext, progress: Progress): void {
  if (event.event === "compile") progress.update("compile");
  if (event.event === "step") progress.update("train", describeStep(event));
  const lines = LINES[event.event] as ((event: TrainEvent, colors: Colors) => readonly string[]) | undefined;
  if (lines === undefined) return;
  progress.done();
  for (const line of lines(event, context.colors)) context.print(line);
}

function describeStep({ step, loss, tokensPerSecond, residentBytes, remainingMs }: Of<"step">): string {
  const rate = `${Math.round(tokensPerSecond)} tokens/s, ${formatBytes(residentBytes)} in memory`;
  return `step ${step}, loss ${loss.toFixed(4)}, ${rate}, ${formatMs(remainingMs)} left`;
}

/** The words of a command line that name the author's modules, each with a space in front. */
const modulesOf = (own: string | undefined, { load = [] }: Options): string =>
  [...(own === undefined ? [] : [own]), ...load.flatMap((file) => ["--load", file])]
    .map((word) => ` ${word}`)
    .join("");

/** @param modules what commands have to be told beside the folder */
function endLines(
  { folder, steps, loss, best, stopped, skipped }: TrainSummary,
  modules: string,
): readonly string[] {
  const last = loss === undefined ? "" : `, loss ${loss.toFixed(4)}`;
  return [
    ...(skipped === 0 ? [] : [`${skipped} times an example longer than a row was passed over`]),
    `${stopped ? "stopped after" : "done:"} ${steps} steps${last}${best === undefined ? "" : `, best test loss ${best.loss.toFixed(4)} at step ${best.step}`}`,
    stopped
      ? `go on with: griffin train${modules} --resume ${folder}`
      : `try it: griffin generate${modules} --model ${folder} --prompt ...`,
  ];
}
