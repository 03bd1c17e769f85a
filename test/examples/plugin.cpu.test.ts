/** The examples that need a plugin, beside the tutorial's. */
import { existsSync } from "node:fs";
import { expect, test, vi } from "vitest";
// Loaded here, outside of any limit of time; the examples import it within one.
import "../../src/index.js";
import { fromAFile, kept, onSeveralDevices } from "../../examples/pjrt-more.js";
import { type Client, type CompileRequest, findPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { useFolder } from "./folder.js";
import { printed } from "./printed.js";

useFolder();

const vector = { elementType: "f32", dimensions: [4] } as const;
const doubled: CompileRequest = {
  program:
    "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n  %0 = stablehlo.add %x, %x : tensor<4xf32>\n  return %0 : tensor<4xf32>\n}",
  signature: { arguments: [vector], results: [vector] },
};
const plugin = async (): Promise<Plugin> => Plugin.load((await findPlugin("cpu", { install: true })).path);

/** Runs the work on a client of its own. */
async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  await using client = await (await plugin()).createClient();
  return await work(client);
}

test("demo: a text goes on, a document keeps to its schema, a session is kept and restored, a dialogue is answered", async () => {
  const parts: unknown[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((part: unknown) => parts.push(part) > 0);
  const lines = await printed(() => import("../../examples/demo.js").finally(() => write.mockRestore()));
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ name: expect.any(String) });
  expect(parts.join("").length).toBeGreaterThan(8);
  expect([existsSync("kept.session"), existsSync("sky.session")]).toEqual([true, true]);
});

test("pjrt: the state is what was added to it", async () => {
  expect(await printed(() => import("../../examples/pjrt.js"))).toEqual(['{"0":1,"1":2,"2":3,"3":4}']);
});

test("pjrt-more: what is kept runs again, and bytes come in pieces", async () => {
  await withClient(async (client) => {
    const { again } = await kept(client, doubled);
    const bytes = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
    async function* chunks() {
      yield bytes.slice(0, 8);
      yield bytes.slice(8);
    }
    const x = await fromAFile(client, chunks(), bytes.length);
    const [y] = await again.execute([x]);
    expect(new Float32Array((await y!.toHost()).buffer)).toEqual(new Float32Array([2, 4, 6, 8]));
  });
});

test("pjrt-more: a program runs on two virtual devices", async () => {
  const x = { ...vector, data: new Float32Array([1, 2, 3, 4]) };
  const results = await onSeveralDevices(await plugin(), doubled, x);
  expect(results.map((bytes) => [...new Float32Array(bytes.buffer)])).toEqual([
    [2, 4, 6, 8],
    [2, 4, 6, 8],
  ]);
});
