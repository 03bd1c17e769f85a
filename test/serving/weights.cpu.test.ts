import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ModelEvent, uploadWeights } from "../../src/serving/index.js";
import { bf16FromF32 } from "../../src/support/half.js";
import {
  type BoundParameter,
  convertFloats,
  openSafetensors,
  writeSafetensors,
} from "../../src/weights/index.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";

const cpu = useCpu();

/** Values that bf16 can hold too. */
const values = (count: number, from: number) => Float32Array.from({ length: count }, (_, i) => from + i / 4);
const bytesOf = (data: Float32Array | Uint16Array) =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

/** Parameters a, b, c ... of a file, in f32. */
async function stored(...tensors: readonly Float32Array[]): Promise<Map<string, BoundParameter>> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-weights-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "model.safetensors");
  const named = tensors.map((data, i) => [String.fromCharCode(97 + i), data] as const);
  await writeSafetensors(
    path,
    Object.fromEntries(
      named.map(([name, data]) => [name, { dtype: "f32", shape: [data.length], data: bytesOf(data) }]),
    ),
  );
  const file = await openSafetensors(path);
  onTestFinished(() => file.close());
  return new Map(
    named.map(([name, { length }]) => [
      name,
      {
        ...{ path: name, shape: [length], dtype: "f32" },
        readAs: async (dtype, into) =>
          dtype === "f32"
            ? file.tensors.get(name)!.read(into)
            : convertFloats(await file.tensors.get(name)!.read(), "f32", dtype, into),
      },
    ]),
  );
}

describe("uploadWeights", () => {
  const tensors = [values(1000, 0), values(3, -1), values(100_000, -9), values(1, 7)];

  it.each(["f32", "bf16"] as const)("puts every tensor on the device, as %s", async (dtype) => {
    const parameters = await stored(...tensors);
    const events: ModelEvent[] = [];
    const { bytes, buffers: arriving } = uploadWeights(cpu.client, parameters, dtype, {
      onEvent: (event) => events.push(event),
    });
    const buffers = await arriving;
    const width = dtype === "f32" ? 4 : 2;
    expect(bytes).toBe(101_004 * width);
    expect([...buffers.keys()].sort()).toEqual(["a", "b", "c", "d"]);
    for (const [i, name] of ["a", "b", "c", "d"].entries()) {
      const expected = dtype === "f32" ? tensors[i]! : bf16FromF32(tensors[i]!);
      expect(Buffer.compare(await buffers.get(name)!.toHost(), bytesOf(expected))).toBe(0);
    }
    expect(events).toHaveLength(4);
    expect(events.at(-1)).toEqual({ phase: "weights", loadedBytes: bytes, totalBytes: bytes });
    for (const buffer of buffers.values()) buffer.close();
  });

  it("uses the memory that large tensors are read into, where the device is the host", async () => {
    const buffers = await uploadWeights(cpu.client, await stored(values(500_000, 0)), "f32").buffers;
    using buffer = buffers.get("a")!;
    expect(buffer.aliasesHost).toBe(true);
  });

  it("copies what is not in the memory that it asked for", async () => {
    const data = values(500_000, 3);
    const parameters = new Map([
      [
        "a",
        { path: "a", shape: [500_000], dtype: "f32" as const, readAs: async () => bytesOf(data.slice()) },
      ],
    ]);
    const buffers = await uploadWeights(cpu.client, parameters, "f32").buffers;
    using buffer = buffers.get("a")!;
    expect(buffer.aliasesHost).toBe(false);
    expect(Buffer.compare(await buffer.toHost(), bytesOf(data))).toBe(0);
  });

  it("stops at the first tensor that cannot be read, and frees the others", async () => {
    const before = await held(cpu.client);
    const parameters = await stored(...Array.from({ length: 8 }, (_, i) => values(50, i)));
    const read: string[] = [];
    const spoilt = [...parameters].map(([name, parameter]): [string, BoundParameter] => [
      name,
      {
        ...parameter,
        readAs: async (...how) => {
          read.push(name);
          if (name === "c") throw new Error("c cannot be read");
          return parameter.readAs(...how);
        },
      },
    ]);
    await expect(uploadWeights(cpu.client, new Map(spoilt), "f32").buffers).rejects.toThrow(
      "c cannot be read",
    );
    expect(read).toContain("c");
    expect(read).not.toContain("h");
    expect(await held(cpu.client)).toEqual(before);
  });
});
