import { expect, test } from "vitest";
import type { Client } from "../../src/runtime-pjrt/index.js";
import { AbortedError } from "../../src/support/wait.js";
import { cpuPlugin, withClient } from "./cpu.js";
import { addProgram, f32x4, slowProgram } from "./programs.js";

const T = { elementType: "f32", dimensions: [512, 512] } as const;
const slow = { program: slowProgram(40), signature: { arguments: [T], results: [T] } };

/** What is alive but the client's own, once nothing runs. */
async function settled(client: Client) {
  for (let i = 0; i < 400; i++) {
    const { buffer, executable, event, inFlight } = client.stats();
    if (buffer + executable + event + inFlight === 0) return "nothing";
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return client.stats();
}

test("a compile is given up by a signal; the program is freed when it comes", () =>
  withClient(async (client) => {
    const controller = new AbortController();
    const signature = { arguments: [f32x4, f32x4], results: [f32x4] };
    const compiling = client.compile({ program: addProgram(), signature }, { signal: controller.signal });
    controller.abort();
    await expect(compiling).rejects.toThrow(/^aborted: compile was aborted after \d+ ms/);
    expect(await settled(client)).toBe("nothing");
  }));

test("a result is waited for until a time limit; the buffer stays usable", () =>
  withClient(async (client) => {
    using executable = await client.compile(slow);
    using x = await client.toDevice({ ...T, data: new Float32Array(512 * 512).fill(0.5) });
    const [result] = await executable.execute([x]);
    using y = result!;
    await expect(y.toHost(undefined, { timeoutMs: 1 })).rejects.toThrow(
      "aborted: toHost did not end in 1 ms",
    );
    expect((await y.toHost()).byteLength).toBe(4 * 512 * 512);
  }));

test("an execution that waits for its turn is given up, and its results are freed", () =>
  withClient(
    async (client) => {
      {
        using executable = await client.compile(slow);
        using x = await client.toDevice({ ...T, data: new Float32Array(512 * 512) });
        const [first] = await executable.execute([x]);
        using _ = first!;
        await expect(executable.execute([x], { timeoutMs: 1 })).rejects.toBeInstanceOf(AbortedError);
        await first!.ready;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await settled(client)).toBe("nothing");
    },
    { inFlightLimit: 1 },
  ));

test.each([
  [
    "toDevice",
    (client: Client, signal: AbortSignal) =>
      client.toDevice({ ...f32x4, data: new Float32Array(4) }, { signal }),
  ],
  [
    "writing to a transfer",
    async (client: Client, signal: AbortSignal) => {
      using transfer = client.createTransfer([f32x4]);
      await transfer.write(0, new Float32Array(4), 0, true, { signal });
    },
  ],
  [
    "starting a client",
    (_: Client, signal: AbortSignal) => cpuPlugin().then((plugin) => plugin.createClient({ signal })),
  ],
])("%s does not begin with a signal that is aborted", (what, begin) =>
  withClient(async (client) => {
    await expect(begin(client, AbortSignal.abort())).rejects.toThrow(
      `aborted: ${what} was aborted after 0 ms`,
    );
  }),
);

test("a tensor that no array can hold is refused by toHost, with what to do", () =>
  withClient(async (client) => {
    using buffer = client.allocate({ elementType: "ui8", dimensions: [2 ** 32 + 1] });
    await expect(buffer.toHost()).rejects.toThrow(
      /a tensor<4294967297xui8> is larger than an array .*\n.*\n.*\n {2}hint: {5}read it in pieces: buffer\.readRaw/,
    );
  }));
