/** @file Every call that takes a signal or a time: given up before it begins or in its midst, or with a time that is none, it ends with an error of ours, and leaves nothing. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { describeArtifact, loadArtifact } from "../../src/artifact/index.js";
import { axis, program, spec } from "../../src/dsl/index.js";
import {
  compile,
  convertWeights,
  exportModel,
  exportProgram,
  inspect,
  IsolatedPlugin,
  load,
  type Model,
  runProgram,
  selfCheck,
} from "../../src/engine/index.js";
import { readModule } from "../../src/ir/index.js";
import { type DeviceBuffer, type Executable, findPlugin } from "../../src/runtime-pjrt/index.js";
import { Chat, generate, restoreSession, saveSession, Session } from "../../src/serving/index.js";
import { GriffinError } from "../../src/support/errors.js";
import type { WaitOptions } from "../../src/support/wait.js";
import { demo } from "../artifact/exported.js";
import { temporaryFolder } from "../cli/griffin.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";
import { addProgram, f32x4 } from "../runtime-pjrt/programs.js";
import { toyTokenizer } from "../tokens/toy.js";
import { loadTiny } from "./tiny.js";

const cpu = useCpu();
const signature = { arguments: [f32x4, f32x4], results: [f32x4] };
const data = new Float32Array(4);
const twice = program({ name: "twice", inputs: { x: spec([axis("rows", 4)], "f32") } }, ({ x }) => ({
  y: x.add(x),
}));

let model: Model;
let executable: Executable;
let buffer: DeviceBuffer;
let stored: string;
let plugin: string;

beforeAll(async () => {
  model = await loadTiny(cpu.client);
  executable = await cpu.client.compile({ program: addProgram(), signature });
  buffer = await cpu.client.toDevice({ ...f32x4, data });
  stored = join(await mkdtemp(join(tmpdir(), "griffin-test-")), "session");
  using session = new Session(model, 1);
  await session.prefill([[1, 2, 3]]);
  await saveSession(session, stored);
  plugin = (await findPlugin("cpu", { install: true })).path;
});
afterAll(async () => {
  buffer.close();
  executable.close();
  await model.close();
  await rm(dirname(stored), { recursive: true });
});

/** Closes what came. */
async function closed(work: Promise<unknown>): Promise<void> {
  const result = await work;
  for (const each of Array.isArray(result) ? result : [result]) {
    if ((typeof each !== "object" && typeof each !== "function") || each === null) continue;
    if (Symbol.asyncDispose in each) await (each as AsyncDisposable)[Symbol.asyncDispose]();
    else if (Symbol.dispose in each) (each as Disposable)[Symbol.dispose]();
  }
}

async function all(parts: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of parts);
}

/** With a session that has read three tokens. */
const inSession =
  (work: (session: Session, wait: WaitOptions) => Promise<unknown>) =>
  async (wait: WaitOptions): Promise<void> => {
    using session = new Session(model, 1);
    await session.prefill([[1, 2, 3]]);
    await closed(work(session, wait));
  };

/** Takes options of a wait, and does work that takes a moment or more. */
type Call = (wait: WaitOptions) => Promise<unknown>;

const text = addProgram();
const out = async () => join(await temporaryFolder(), "out");
const words = { template: { render: () => "a" }, tokenizer: toyTokenizer };

const calls: Readonly<Record<string, Call>> = {
  "Client.compile": (wait) => closed(cpu.client.compile({ program: text, signature }, wait)),
  "Client.toDevice": (wait) => closed(cpu.client.toDevice({ ...f32x4, data }, wait)),
  "Executable.execute": (wait) => closed(executable.execute([buffer, buffer], wait)),
  "Executable.executeOnAll": async (wait) => {
    for (const row of await executable.executeOnAll([[buffer, buffer]], wait))
      for (const each of row) each.close();
  },
  "DeviceBuffer.toHost": (wait) => buffer.toHost(undefined, wait),
  compile: (wait) => closed(compile(twice, { client: cpu.client, ...wait })),
  runProgram: (wait) =>
    runProgram(
      cpu.client,
      readModule(text),
      new Map([0, 1].map((i) => [`${i}`, { ...f32x4, data: new Uint8Array(16) }])),
      wait,
    ),
  selfCheck: (wait) =>
    selfCheck(
      cpu.client,
      readModule(
        'func.func @main() {\n  %0 = stablehlo.constant dense<1.0> : tensor<f32>\n  "check.expect_eq_const"(%0) {value = dense<1.0> : tensor<f32>} : (tensor<f32>) -> ()\n  return\n}',
      ),
      wait,
    ),
  load: (wait) => closed(load(demo, { models, plugin: "cpu", ...wait })),
  loadArtifact: async (wait) => {
    const path = await out();
    await exportModel({ folder: demo, models }, path, { chunk: 16, withWeights: true, samplers: false });
    return closed(loadArtifact(path, cpu.client, wait));
  },
  describeArtifact: async (wait) => {
    const path = await out();
    await exportModel({ folder: demo, models }, path, {
      chunk: 16,
      withWeights: true,
      samplers: false,
      zip: true,
    });
    return describeArtifact(path, { verify: true, ...wait });
  },
  inspect: (wait) => inspect(join(demo, "model.safetensors"), wait),
  convertWeights: async (wait) =>
    convertWeights(demo, join(await temporaryFolder(), "x.pt"), { models, ...wait }),
  exportModel: async (wait) => exportModel({ folder: demo, models }, await out(), { chunk: 16, ...wait }),
  exportProgram: async (wait) => exportProgram(twice, await out(), wait),
  "Session.prefill": async (wait) => {
    using session = new Session(model, 1);
    await session.prefill([[1, 2, 3]], wait);
  },
  "Session.decode": inSession((session, wait) => session.decode([4], wait)),
  "Session.append": inSession((session, wait) => session.append([[4, 5]], wait)),
  "Session.fork": inSession((session, wait) => session.fork(wait)),
  "Session.mark": inSession((session, wait) => session.mark(wait)),
  saveSession: inSession(async (session, wait) => saveSession(session, await out(), wait)),
  restoreSession: async (wait) => {
    const { session } = await restoreSession(model, stored, wait);
    session.close();
  },
  generate: (wait) => all(generate(model, [[1, 2, 3]], { maxNewTokens: 20, ...wait })),
  "Chat.say": async (wait) => {
    using chat = new Chat(model, words, { maxNewTokens: 8 });
    await all(chat.say("a", wait));
  },
  "IsolatedPlugin.facts": async (wait) => {
    await using isolated = new IsolatedPlugin(plugin, {});
    return await isolated.facts(wait);
  },
};

/** What came of a call, and of what it held: an error's class and first line, or `done`. */
async function outcomeOf(call: Call, wait: WaitOptions): Promise<string> {
  const before = await held(cpu.client);
  const outcome = await call(wait).then(
    () => "done",
    (error: unknown) => {
      if (!(error instanceof GriffinError)) throw error;
      return error.message.split("\n")[0]!;
    },
  );
  // What an earlier call gave up, and was still compiled, may have been there before, and be gone now.
  const more = async () => {
    const { buffer, executable } = await held(cpu.client);
    return {
      buffer: Math.max(0, buffer - before.buffer),
      executable: Math.max(0, executable - before.executable),
    };
  };
  await expect.poll(more, { timeout: 10_000 }).toEqual({ buffer: 0, executable: 0 });
  return outcome;
}

describe.each(Object.entries(calls))("%s", (_, call) => {
  test("is what it is without a limit, and with one that is never reached", async () => {
    // What is compiled for it stays with the model.
    await call({});
    expect(await outcomeOf(call, {})).toBe("done");
    const { signal } = new AbortController();
    expect(await outcomeOf(call, { signal })).toBe("done");
  });

  test("whose signal is aborted before ends with an error", async () => {
    const reason = new Error("mine");
    expect(await outcomeOf(call, { signal: AbortSignal.abort(reason) })).toMatch(
      /^aborted: .* was aborted after \d+ ms$/,
    );
  });

  test.each([0, 1, 5, 20])("that is given up after %d ms ends with an error, or was done", async (ms) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), ms);
    expect(await outcomeOf(call, { signal: controller.signal })).toMatch(
      /^done$|^aborted: .* was aborted after \d+ ms$/,
    );
    clearTimeout(timer);
  });

  test.each([0, -1])("whose time is %d ms ends with an error", async (timeoutMs) => {
    const expected = /^aborted: .* did not end in -?[\d.]+ ms$/;
    expect(await outcomeOf(call, { timeoutMs })).toMatch(expected);
  });

  test.each([5, 30])("whose time is %d ms ends with an error, or was done", async (timeoutMs) => {
    expect(await outcomeOf(call, { timeoutMs })).toMatch(/^done$|^aborted: .* did not end in [\d.]+ ms$/);
  });

  test.each([Number.NaN, "5", null])("takes no time of %s", async (timeoutMs) => {
    expect(await outcomeOf(call, { timeoutMs: timeoutMs as never })).toMatch(
      /^usage error: .* takes timeoutMs as a number$/,
    );
  });

  test("with all the time there is ends as without", async () => {
    expect(await outcomeOf(call, { timeoutMs: Number.POSITIVE_INFINITY })).toBe("done");
  });

  test.each([[{}], ["signal"], [1]])("takes no signal %j", async (signal) => {
    expect(await outcomeOf(call, { signal: signal as never })).toMatch(/^usage error: .* takes /);
  });
});
