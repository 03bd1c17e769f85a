/** @file griffin train: prints how a training goes. */
import { train, type TrainEvent, type TrainingSettings, type TrainSummary } from "../engine/index.js";
import { UsageError } from "../support/errors.js";
import { cacheOf } from "./cache.js";
import type { CommandContext } from "./context.js";
import { formatCount } from "./count.js";
import { deviceOptions } from "./device.js";
import type { ExitStatus } from "./io.js";
import type { CacheFlags, LoweringFlags } from "./options.js";
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
  readonly eval?: readonly string[];
  readonly evalEvery?: number;
  readonly saveEvery?: number;
  readonly memory?: number;
  readonly plugin: string;
  readonly json?: boolean;
}

/** Exit code of a command that an interrupt ended, as shells give it. */
const INTERRUPTED = 130;

export async function runTrain(context: CommandContext, options: Options): Promise<ExitStatus> {
  const { plugin, json = false, memory: memoryLimit, out, resume, evalEvery, saveEvery } = options;
  checkGiven(options);
  using progress = context.progress({ leavesLines: false });
  const { env, onEvent: onDevice } = deviceOptions(context, progress);
  using interrupt = context.interrupts();
  const signal = AbortSignal.any([context.signal, interrupt.signal]);
  interrupt.signal.addEventListener("abort", () =>
    progress.note("stops after this step, and keeps everything; Ctrl-C again ends at once"),
  );
  const running = train({
    ...{
      models: await context.models.load(),
      settings: settingsOf(options),
      out,
      resume,
      evalData: options.eval,
    },
    ...{ plugin, env, signal, onDevice, evalEvery, saveEvery, memoryLimit },
    cache: cacheOf(context, options, progress),
    ...lowering(options),
  });
  for (;;) {
    const next = await running.next();
    if (next.done === true) {
      progress.done();
      const summary = next.value;
      if (json) context.print(JSON.stringify({ event: "end", ...summary }));
      else for (const line of endLines(summary)) context.print(line);
      return summary.stopped ? INTERRUPTED : 0;
    }
    if (json) context.print(JSON.stringify(next.value));
    else show(next.value, context, progress);
  }
}

const lowering = ({ scan, scanBlock, attention, precision }: Options): LoweringFlags => ({
  ...(scan !== undefined && { scan }),
  ...(scanBlock !== undefined && { scanBlock }),
  ...(attention !== undefined && { attention }),
  ...(precision !== undefined && { precision }),
});

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
    clip: rest.clip,
    dtype: rest.dtype,
    loraRank: rest.loraRank,
    loraAlpha: rest.loraAlpha,
    remat: rest.remat,
  };
}

function show(event: TrainEvent, context: CommandContext, progress: Progress): void {
  const { dim, green } = context.colors;
  const print = (line: string) => {
    progress.done();
    context.print(line);
  };
  switch (event.event) {
    case "start": {
      const { model, trainedParameters: trained, parameters, examples, step, settings } = event;
      print(`${model}: ${formatCount(trained)} of ${formatCount(parameters)} parameters are trained`);
      const { batch, length, accumulate, optimizer, learningRate, steps } = settings;
      const rows = `${batch} x ${length} tokens${accumulate === 1 ? "" : ` x ${accumulate}`}`;
      print(
        `${examples} examples, ${rows} a step, ${optimizer}, rate ${learningRate}, ${steps} steps${step === 0 ? "" : `, from step ${step}`}`,
      );
      return;
    }
    case "compile":
      return progress.update("compile");
    case "memory": {
      const { total, trained, frozen, optimizer, temporaries } = event;
      const parts = `parameters ${formatBytes(trained + frozen)}, optimiser ${formatBytes(optimizer)}, temporaries ${formatBytes(temporaries)}`;
      return print(`memory: ${formatBytes(total)} (${parts})`);
    }
    case "step": {
      const { step, loss, tokensPerSecond, remainingMs, residentBytes } = event;
      const rate = `${Math.round(tokensPerSecond)} tokens/s, ${formatBytes(residentBytes)} in memory`;
      return progress.update(
        "train",
        `step ${step}, loss ${loss.toFixed(4)}, ${rate}, ${formatMs(remainingMs)} left`,
      );
    }
    case "eval": {
      const { step, loss, perplexity, best } = event;
      return print(
        `step ${step}: test loss ${loss.toFixed(4)}, perplexity ${perplexity.toPrecision(4)}${best ? green(" best") : ""}`,
      );
    }
    case "save":
      return print(dim(`step ${event.step}: kept in ${event.folder}`));
  }
}

function endLines({ folder, steps, loss, best, stopped, skipped }: TrainSummary): readonly string[] {
  const last = loss === undefined ? "" : `, loss ${loss.toFixed(4)}`;
  return [
    ...(skipped === 0 ? [] : [`${skipped} times an example longer than a row was passed over`]),
    `${stopped ? "stopped after" : "done:"} ${steps} steps${last}${best === undefined ? "" : `, best test loss ${best.loss.toFixed(4)} at step ${best.step}`}`,
    stopped
      ? `go on with: griffin train --resume ${folder}`
      : `try it: griffin generate --model ${folder} --prompt ...`,
  ];
}
