/**
 * @file Run by the crash tests in a process of its own, with the built package: makes the mistakes that would kill it, and prints what came instead.
 * Arguments: path of the plugin, name of the scenario.
 */
import { Worker } from "node:worker_threads";
import { type Client, type Device, type ElementTypeName, Plugin } from "stablegriffin/pjrt";
import { addProgram, f32x4, main, slowProgram } from "../programs.js";

const [, , path, scenario] = process.argv as unknown as [string, string, string, string];
const matrix = { elementType: "f32", dimensions: [512, 512] } as const;
const signature = { arguments: [f32x4, f32x4], results: [f32x4] };
const four = { ...f32x4, data: new Float32Array(4) };

/** First line of the error of a call, or "no error". */
async function outcome(run: () => unknown): Promise<string> {
  try {
    await run();
    return "no error";
  } catch (error) {
    return (error as Error).message.split("\n")[0]!;
  }
}

async function mistakes(client: Client): Promise<Record<string, string>> {
  const executable = await client.compile({ program: addProgram(), signature });
  const buffer = await client.toDevice(four);
  const closed = await client.toDevice(four);
  closed.close();
  closed.close();
  const gone = await client.compile({ program: addProgram(), signature });
  gone.close();
  gone.close();
  const detached = new Float32Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  return {
    "unknown element type": await outcome(() =>
      client.toDevice({ ...four, elementType: "token" as ElementTypeName }),
    ),
    "no device": await outcome(() => client.toDevice(four, { target: { pointer: 0n } as Device })),
    "detached array": await outcome(() => client.toDevice({ ...f32x4, data: detached })),
    "closed buffer": await outcome(() => executable.execute([buffer, closed])),
    "ready of a closed buffer": await outcome(() => closed.ready),
    "closed executable": await outcome(() => gone.execute([buffer, buffer])),
    "program of a closed executable": await outcome(() => gone.program.serialize()),
    "garbage to deserialize": await outcome(() => client.deserialize(new Uint8Array(100).fill(7), signature)),
    "bad program": await outcome(() => client.compile({ program: "nonsense", signature })),
    "worker thread": await workerOutcome(),
  };
}

/** What loading a library says on a worker thread. */
function workerOutcome(): Promise<string> {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: path });
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}

const nested = (depth: number): string => {
  const open = Array.from({ length: depth }, () => `"stablehlo.if"(%c) ({`).join(" %r = ");
  const close = Array.from(
    { length: depth },
    () =>
      `stablehlo.return %r : tensor<f32> }, { stablehlo.return %x : tensor<f32> }) : (tensor<i1>) -> tensor<f32>`,
  );
  return main(
    "%c: tensor<i1>, %x: tensor<f32>",
    "tensor<f32>",
    `    %r = ${open} %r = stablehlo.sine %x : tensor<f32>\n${close.join("\n")}\n    return %r : tensor<f32>`,
  );
};

const scenarios: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  mistakes,
  "60 nested ifs": async (client) => {
    const scalar = { elementType: "f32", dimensions: [] } as const;
    const executable = await client.compile({
      program: nested(60),
      signature: { arguments: [{ elementType: "i1", dimensions: [] }, scalar], results: [scalar] },
    });
    return executable.program.results.length;
  },
  "out of memory": async (client) => {
    const huge = { elementType: "ui8", dimensions: [2 ** 45] } as const;
    const ok = await client.compile({ program: addProgram(), signature });
    const outcomes = [await outcome(() => client.allocate(huge))];
    using x = await client.toDevice(four);
    const [result] = await ok.execute([x, x]);
    using sum = result!;
    return [...outcomes, (await sum.toHost()).length];
  },
  "handles closed while the program runs": async (client) => {
    const executable = await client.compile({
      program: slowProgram(20),
      signature: { arguments: [matrix], results: [matrix] },
    });
    const input = await client.toDevice({ ...matrix, data: new Float32Array(512 * 512).fill(0.01) });
    const [kept] = await executable.execute([input]);
    const [dropped] = await executable.execute([input]);
    dropped!.close();
    input.close();
    executable.close();
    // Held to the end: what is forgotten is reported when it is collected, whenever that is.
    using held = kept!;
    return [(await held.toHost()).length, client.stats().buffer];
  },
  "client closed while compiling and running": async (client) => {
    const executable = await client.compile({
      program: slowProgram(50),
      signature: { arguments: [matrix], results: [matrix] },
    });
    const input = await client.toDevice({ ...matrix, data: new Float32Array(512 * 512) });
    const running = Array.from({ length: 20 }, () => outcome(() => executable.execute([input])));
    const compiling = outcome(() =>
      client.compile({ program: slowProgram(3), signature: { arguments: [matrix], results: [matrix] } }),
    );
    await client.close();
    const outcomes = new Set(await Promise.all(running));
    return {
      compiling: await compiling,
      running: [...outcomes],
      stats: Object.values(client.stats()).reduce((a, b) => a + b),
    };
  },
  "exit while compiling": async (client) => {
    void client.compile({ program: slowProgram(5), signature: { arguments: [matrix], results: [matrix] } });
    setTimeout(() => process.exit(0), 1);
    return "exiting";
  },
  "uncaught error while running": async (client) => {
    const executable = await client.compile({
      program: slowProgram(50),
      signature: { arguments: [matrix], results: [matrix] },
    });
    const input = await client.toDevice({ ...matrix, data: new Float32Array(512 * 512) });
    await executable.execute([input]);
    setTimeout(() => {
      throw new Error("on purpose");
    }, 1);
    return "throwing";
  },
};

const client = await (await Plugin.load(path)).createClient();
console.log(JSON.stringify(await scenarios[scenario]!(client)));
if (!/exit|uncaught/.test(scenario)) await client.close();
