/** @file Every method of the objects that callers hold, given what JavaScript lets them give: it takes that, or says in an error of ours what it takes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { models } from "../../models/index.js";
import { axis, program, spec } from "../../src/dsl/index.js";
import { compile, IsolatedPlugin, load, Trainer } from "../../src/engine/index.js";
import {
  type Client,
  CompileCache,
  type DeviceBuffer,
  findPlugin,
  Plugin,
} from "../../src/runtime-pjrt/index.js";
import { Chat, Session } from "../../src/serving/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { demoFolder } from "../../src/support/package.js";
import { sgd, constantRate } from "../../src/training/index.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import { loadTiny } from "../engine/tiny.js";
import { toyTokenizer } from "../tokens/toy.js";
import { bigram, CONFIG } from "../training/bigram.js";
import { temporaryFolder } from "../weights/files.js";
import { addProgram, f32x4 } from "./programs.js";

/** Closed with whatever calls have left in it. */
let client: Client;
beforeAll(async () => {
  const { path } = await findPlugin("cpu", { install: true });
  client = await (await Plugin.load(path)).createClient();
});

/** What has clients or processes of its own. */
const own: { close(): unknown }[] = [];
const owned = <T extends { close(): unknown }>(made: T): T => {
  own.push(made);
  return made;
};
afterAll(async () => {
  for (const each of own) await each.close();
  await client.close();
});

const signature = {
  arguments: [
    { ...f32x4, donated: false },
    { ...f32x4, donated: false },
  ],
  results: [f32x4],
};
const tensor = { ...f32x4, data: Float32Array.of(1, 2, 3, 4) };
const compileAdd = () => client.compile({ program: addProgram(), signature });

async function closedBuffer(): Promise<DeviceBuffer> {
  const buffer = await client.toDevice(tensor);
  buffer.close();
  return buffer;
}

/** Made when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const model = once(() => loadTiny(client));

async function readSession(): Promise<Session> {
  const session = new Session(await model(), 1);
  await session.prefill([[1, 2]]);
  return session;
}

async function trainer(): Promise<Trainer> {
  const definition = bigram.configure(CONFIG);
  await using checkpoint = formulaCheckpoint(definition, 7);
  const optimizer = sgd(constantRate(0.1));
  return await Trainer.start(client, definition, checkpoint, { batch: 1, time: 4, optimizer });
}

const words = { template: { render: () => "a" }, tokenizer: toyTokenizer };

/** What callers hold, each made anew for a method. */
const objects: Readonly<Record<string, () => object | Promise<object>>> = {
  plugin: once(async () => Plugin.load((await findPlugin("cpu")).path)),
  client: () => client,
  device: () => client.devices[0]!,
  memory: () => client.memories[0]!,
  topology: () => client.topology,
  executable: once(compileAdd),
  buffer: () => client.toDevice(tensor),
  "buffer that is closed": closedBuffer,
  transfer: () => client.createTransfer([f32x4]),
  "transfer that is closed": () => {
    const transfer = client.createTransfer([f32x4]);
    transfer.close();
    return transfer;
  },
  "compile cache": async () => new CompileCache({ folder: await temporaryFolder() }),
  model,
  "model that is closed": once(async () => {
    const closed = await loadTiny(client);
    closed.close();
    return closed;
  }),
  session: readSession,
  "session that is closed": async () => {
    const session = await readSession();
    session.close();
    return session;
  },
  "session's mark": async () => (await readSession()).mark(),
  chat: async () => new Chat(await model(), words, { maxNewTokens: 2 }),
  "compiled function": once(async () => compile(scaled, { on: "interpreter", parameters: { w: [2, 3] } })),
  "compiled function on a device": once(async () =>
    owned(await compile(scaled, { plugin: "cpu", parameters: { w: [2, 3] } })),
  ),
  "loaded model": once(async () => owned(await load(demoFolder, { models, plugin: "cpu" }))),
  "isolated plugin": once(async () => owned(new IsolatedPlugin((await findPlugin("cpu")).path))),
  trainer: once(trainer),
  "trainer that is closed": once(async () => {
    const made = await trainer();
    made.close();
    return made;
  }),
};

/** They end things (`loaded` closes a model that cannot be), or are of handles and subclasses alone. */
const LEFT_OUT = ["constructor", "close", "toString", "loaded", "use", "make", "makeSampler", "makeLoop"];

/** Methods with names, of an object and of its class's parents. */
function methodsOf(object: object): readonly string[] {
  const names = new Set<string>();
  const isBuiltIn = (at: object) => at === Object.prototype || at === Function.prototype;
  for (let at = object; !isBuiltIn(at); at = Object.getPrototypeOf(at))
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === "function" && !LEFT_OUT.includes(name)) names.add(name);
  return [...names];
}

const n = axis("n", 2);
const scaled = program(
  { name: "scaled", inputs: { x: spec([n], "f32") }, parameters: { w: spec([n], "f32") } },
  ({ x }, { w }) => ({ y: x.mul(w) }),
);

const WRONG: readonly (readonly [string, () => unknown])[] = [
  ["nothing", () => undefined],
  ["null", () => null],
  ["a text", () => "text"],
  ["a number in a text", () => "1"],
  ["no number", () => Number.NaN],
  ["less than nothing", () => -1],
  ["half", () => 0.5],
  ["beyond all sizes", () => 2 ** 53],
  ["a big one", () => 10n],
  ["a function", () => () => 1],
  ["a symbol", () => Symbol("s")],
  ["an object", () => ({})],
  ["an empty list", () => []],
  ["lists of nothing", () => [undefined, [null]]],
  ["a map", () => new Map([[1, 2]])],
  ["bytes", () => new Uint8Array(3)],
  ["a tensor without data", () => ({ elementType: "f32", dimensions: [4] })],
  ["a tensor of no type", () => ({ elementType: "f99", dimensions: [-1, 0.5], data: "abcd" })],
  ["a device", () => client.devices[0]],
];

/** What a call gives, waited for; one that goes on in steps goes on for one. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    const given = call();
    if (typeof given === "object" && given !== null && Symbol.asyncIterator in given) {
      const steps = given as AsyncGenerator;
      await steps.next();
      await steps.return(undefined);
    } else await given;
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(objects))("a %s", (_, make) => {
  test("says what its methods take", { timeout: 300_000 }, async () => {
    const faults: string[] = [];
    for (const name of methodsOf(await make())) {
      for (const [what, value] of WRONG) {
        for (const count of [1, 2, 4]) {
          const object = (await make()) as Readonly<Record<string, (...given: unknown[]) => unknown>>;
          const error = await outcomeOf(() => object[name]!(...Array.from({ length: count }, value)));
          if (error === undefined || error instanceof GriffinError) continue;
          faults.push(`${name}(${count} x ${what}): ${String(error).split("\n")[0]}`);
        }
      }
    }
    expect(faults).toEqual([]);
  });
});
