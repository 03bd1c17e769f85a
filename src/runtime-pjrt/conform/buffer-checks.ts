/** @file Tensors between host and device. */
import { ELEMENT_TYPES, type ElementTypeName, elementTypeNumber } from "../element-type.js";
import { ArgumentError } from "../errors.js";
import { layoutOfBuffer } from "../extensions/layouts.js";
import { allocateAligned } from "../host-tensor.js";
import { hostBytes } from "../signature.js";
import { type Check, type CheckContext, checks, holds, rejects, same, SkippedCheck } from "./check.js";
import { four, vector } from "./programs.js";

/** Patterns that are values of every type: types below a byte keep to 0 and 1. */
function pattern(elementType: ElementTypeName, bytes: number): Uint8Array<ArrayBuffer> {
  const narrow = /^i1$|^u?i[24]$|^f[46]/.test(elementType);
  return new Uint8Array(bytes).map((_, i) => (narrow ? i % 2 : (i * 37) % 100));
}

async function roundTrip({ plugin, client }: CheckContext, elementType: ElementTypeName): Promise<void> {
  const connected = client();
  try {
    elementTypeNumber(elementType, plugin.api.minor);
  } catch (error) {
    if (error instanceof ArgumentError) throw new SkippedCheck("the type is newer than the plugin");
    throw error;
  }
  const spec = { elementType, dimensions: [2, 3] };
  const data = pattern(elementType, hostBytes(spec));
  using buffer = await connected.toDevice({ ...spec, data });
  same(buffer.nativeType, spec, "type");
  same([...(await buffer.toHost())], [...data], "bytes");
}

export const BUFFER_CHECKS: readonly Check[] = [
  ...checks(
    "buffer.type",
    Object.fromEntries(
      ELEMENT_TYPES.map((name) => [name, (context: CheckContext) => roundTrip(context, name)]),
    ),
  ),
  ...checks("buffer", {
    "a scalar": async ({ client }) => {
      using buffer = await client().toDevice({
        elementType: "i32",
        dimensions: [],
        data: new Int32Array([-7]),
      });
      same([...new Int32Array((await buffer.toHost()).buffer)], [-7]);
    },
    "a tensor without elements": async ({ client }) => {
      using buffer = await client().toDevice({
        elementType: "f32",
        dimensions: [3, 0],
        data: new Float32Array(0),
      });
      same((await buffer.toHost()).length, 0);
    },
    "tells size, device and memory": async ({ client }) => {
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      holds(buffer.onDeviceBytes >= 16, `size ${buffer.onDeviceBytes}`);
      same(buffer.device.id, client().devices[0]!.id, "device");
      holds(buffer.memory.kind !== "", "no memory kind");
    },
    "zero-copy": async ({ client }) => {
      const data = allocateAligned(64);
      data.fill(3);
      using buffer = await client().toDevice(
        { elementType: "ui8", dimensions: [64], data },
        { semantics: "zero-copy" },
      );
      same([...(await buffer.toHost())], [...data]);
    },
    "a large one": async ({ client }) => {
      const data = new Uint8Array(8 << 20).fill(9);
      using buffer = await client().toDevice({ elementType: "ui8", dimensions: [8 << 20], data });
      holds(
        (await buffer.toHost()).every((byte) => byte === 9),
        "bytes differ",
      );
    },
    "is ready in the end": async ({ client }) => {
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      await buffer.ready;
    },
    "has a layout": async ({ plugin, client }) => {
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      const layout = layoutOfBuffer(plugin.api, buffer.use("has a layout"));
      holds(layout.startsWith("{0"), `layout ${layout}`);
    },
    "a range of raw bytes": async ({ client }) => {
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      same([...new Float32Array((await buffer.readRaw(4, 8)).buffer)], [2, 3]);
    },
    "uninitialised memory": ({ client }) => {
      using buffer = client().allocate({ elementType: "f32", dimensions: [8] });
      same(buffer.nativeType, { elementType: "f32", dimensions: [8] });
    },
    "copied to another device": async ({ client }) => {
      const target = client().devices[1];
      if (target === undefined) throw new SkippedCheck("one device only");
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      using copy = buffer.copyTo(target);
      same([...new Float32Array((await copy.toHost()).buffer)], [1, 2, 3, 4]);
    },
    "copied to a memory": async ({ client }) => {
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      using copy = buffer.copyTo(client().devices[0]!.defaultMemory);
      same([...new Float32Array((await copy.toHost()).buffer)], [1, 2, 3, 4]);
    },
    "the same bytes as another type": async ({ client }) => {
      using buffer = await client().toDevice(four(1, 2, 3, 4));
      using cast = buffer.bitcast({ elementType: "i32", dimensions: [4] });
      same([...new Int32Array((await cast.toHost()).buffer)].length, 4);
    },
    "written in pieces": async ({ client }) => {
      using transfer = client().createTransfer([vector]);
      using buffer = transfer.buffer(0);
      await transfer.write(0, new Float32Array([3, 4]), 8, false);
      await transfer.write(0, new Float32Array([1, 2]), 0, true);
      same([...new Float32Array((await buffer.toHost()).buffer)], [1, 2, 3, 4]);
    },
    "closed, it says so": async ({ client }) => {
      const buffer = await client().toDevice(four(1, 2, 3, 4));
      buffer.close();
      await rejects(() => buffer.toHost(), /a buffer that is closed/);
    },
  }),
];
