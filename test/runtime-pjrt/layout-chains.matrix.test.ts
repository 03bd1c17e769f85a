/**
 * @file Programs one after the other, each with layouts of its own, and what one gives is handed to the next in every way there is: numbers are
 * right, or the buffer is refused before the plugin is called.
 */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Client,
  type CompileRequest,
  CompileCache,
  type DeviceBuffer,
  type Executable,
  type TensorSpec,
} from "../../src/runtime-pjrt/index.js";
import { DeviceTensors } from "../../src/serving/device-tensors.js";
import { openSafetensors, writeSafetensors } from "../../src/weights/index.js";
import { tries } from "../../tools/vitest/properties.js";
import { temporaryFolder } from "../weights/files.js";
import { withClient } from "./cpu.js";
import { flat, indices, layoutText } from "./dense.js";
import { main } from "./programs.js";

const typeOf = (dimensions: readonly number[]) => `tensor<${[...dimensions, "i32"].join("x")}>`;
const specOf = (dimensions: readonly number[]) => ({ elementType: "i32", dimensions }) as const;

/** A tensor on the device, and its numbers in row-major order. */
interface Held {
  readonly buffer: DeviceBuffer;
  readonly numbers: readonly number[];
}

/** How a buffer gets from one program to the next, which reads it in `layout`. The buffer itself stays its owner's. */
type HandOver = (client: Client, buffer: DeviceBuffer, layout: string) => Promise<DeviceBuffer>;

const upload = async (
  client: Client,
  dimensions: readonly number[],
  data: Uint8Array<ArrayBuffer>,
  layout?: string,
): Promise<DeviceBuffer> => client.toDevice({ ...specOf(dimensions), data, layout });

const ways = {
  "as it is": async (_, buffer) => buffer,
  "copied into the layout": (client, buffer, layout) => client.copyInLayout(buffer, layout),
  "through the host": async (client, buffer, layout) =>
    upload(client, buffer.dimensions, await buffer.toHost(), layout),
  "through the host, in the client's layout": async (client, buffer) =>
    upload(client, buffer.dimensions, await buffer.toHost()),
  "through a transfer": async (client, buffer, layout) => {
    const bytes = await buffer.toHost();
    using transfer = client.createTransfer([{ ...specOf(buffer.dimensions), layout }]);
    const half = bytes.length >> 1;
    await transfer.write(0, bytes.subarray(half), half, false);
    await transfer.write(0, bytes.subarray(0, half), 0, true);
    return transfer.buffer(0);
  },
  "by way of another device": async (client, buffer) => {
    using there = buffer.copyTo(client.devices[1]!);
    return there.copyTo(client.devices[0]!);
  },
  "as states of a session are copied": async (client, buffer) => {
    using tensors = new DeviceTensors(client);
    return (await tensors.copy(new Map([["x", buffer]]))).get("x")!;
  },
  "through a file, as states of a session are kept": async (client, buffer, layout) => {
    using tensors = new DeviceTensors(client);
    using copy = (await tensors.copy(new Map([["x", buffer]]))).get("x")!;
    const path = join(await temporaryFolder(), "states.safetensors");
    const { dimensions: shape } = copy;
    await writeSafetensors(path, { x: { dtype: "i32", shape, data: await copy.toHost() } });
    await using file = await openSafetensors(path);
    return upload(client, shape, await file.tensors.get("x")!.read(), layout);
  },
} satisfies Record<string, HandOver>;

/** How the executable comes about. */
const makers = {
  compiled: (client: Client, request: CompileRequest) => client.compile(request),
  deserialized: async (client: Client, request: CompileRequest) => {
    using executable = await client.compile(request);
    return await client.deserialize(executable.program.serialize(), request.signature);
  },
  "of the cache": async (client: Client, request: CompileRequest) => {
    const cache = new CompileCache({ folder: await temporaryFolder() });
    (await cache.compile(client, request)).executable.close();
    const { executable, fromCache } = await cache.compile(client, request);
    expect(fromCache).toBe(true);
    return executable;
  },
} satisfies Record<string, (client: Client, request: CompileRequest) => Promise<Executable>>;

/** One program: (x, y) to the transpose of x - reverse(y); `orders` are its layouts, by rank, the fastest dimension first. */
interface Step {
  readonly permutation: readonly number[];
  readonly modes: readonly [x: string, y: string, result: string];
  readonly donated: boolean;
  readonly onAll: boolean;
  readonly way: keyof typeof ways;
  readonly maker: keyof typeof makers;
}

interface Chain {
  readonly dimensions: readonly number[];
  readonly steps: readonly Step[];
}

const chains: fc.Arbitrary<Chain> = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((dimensions) => {
    const order = fc.shuffledSubarray([...dimensions.keys()], { minLength: dimensions.length });
    const mode = fc.oneof(order.map(layoutText), fc.constantFrom("default", "auto"));
    const step = fc.record({
      permutation: order,
      modes: fc.tuple(mode, mode, mode),
      donated: fc.boolean(),
      onAll: fc.boolean(),
      way: fc.constantFrom(...(Object.keys(ways) as Step["way"][])),
      maker: fc.constantFrom(...(Object.keys(makers) as Step["maker"][])),
    });
    return fc.record({
      dimensions: fc.constant(dimensions),
      steps: fc.array(step, { minLength: 4, maxLength: 4 }),
    });
  });

function requestOf(dimensions: readonly number[], { permutation, modes, donated, onAll }: Step) {
  const turned = permutation.map((d) => dimensions[d]!);
  const [x, y, result] = modes.map((mode) => `mhlo.layout_mode = "${mode}"`);
  const [type, resultType] = [dimensions, turned].map(typeOf);
  return {
    program: main(
      `%x: ${type} {${x}${donated ? ", jax.buffer_donor = true" : ""}}, %y: ${type} {${y}}`,
      `(${resultType} {${result}})`,
      [
        `    %r = stablehlo.reverse %y, dims = [0] : ${type}`,
        `    %s = stablehlo.subtract %x, %r : ${type}`,
        `    %0 = stablehlo.transpose %s, dims = [${permutation.join(", ")}] : (${type}) -> ${resultType}`,
        `    return %0 : ${resultType}`,
      ].join("\n"),
    ),
    signature: {
      arguments: [{ ...specOf(dimensions), donated }, specOf(dimensions)],
      results: [specOf(turned)],
    },
    ...(onAll && { options: { replicas: 2 } }),
  };
}

/** What `requestOf` computes, of numbers in row-major order. */
function expected(
  dimensions: readonly number[],
  { permutation }: Step,
  x: readonly number[],
  y: readonly number[],
): readonly number[] {
  return indices(permutation.map((d) => dimensions[d]!)).map((index) => {
    const source = dimensions.map((_, d) => index[permutation.indexOf(d)]!);
    const reversed = [dimensions[0]! - 1 - source[0]!, ...source.slice(1)];
    return x[flat(source, dimensions)]! - y[flat(reversed, dimensions)]!;
  });
}

const numbersOf = async (buffer: DeviceBuffer): Promise<number[]> => [
  ...new Int32Array((await buffer.toHost()).buffer),
];

const layoutFor = (client: Client, spec: TensorSpec): string => spec.layout ?? client.defaultLayout(spec);

const REFUSED = "is arranged in another way than the program reads it";

/** Runs the step on one device, or on two that hold the same. */
async function execute(executable: Executable, x: DeviceBuffer, y: DeviceBuffer): Promise<DeviceBuffer> {
  const [first, second] = executable.devices;
  if (second === undefined) return (await executable.execute([x, y]))[0]!;
  const others = [x, y].map((buffer) => buffer.copyTo(second));
  try {
    const results = await executable.executeOnAll([[x, y], others]);
    expect(first).toBeDefined();
    const [[one], [other]] = results as [[DeviceBuffer], [DeviceBuffer]];
    using replica = other;
    expect(await numbersOf(replica)).toEqual(await numbersOf(one));
    return one;
  } finally {
    for (const buffer of others) buffer.close();
  }
}

describe("what a program gives, in whatever layout", () => {
  test("is read right by the next ones, or refused and stays as it was", () =>
    withClient(
      async (client) => {
        const refusals = new Set<boolean>();
        const check = async ({ dimensions: first, steps }: Chain) => {
          let dimensions = first;
          const count = indices(dimensions).length;
          let held: Held = {
            buffer: await upload(
              client,
              dimensions,
              new Uint8Array(Int32Array.from({ length: count }, (_, i) => i + 1).buffer),
            ),
            numbers: Array.from({ length: count }, (_, i) => i + 1),
          };
          for (const [at, step] of steps.entries()) {
            using executable = await makers[step.maker](client, requestOf(dimensions, step));
            const [wantedX, wantedY] = executable.signature.arguments.map((spec) => layoutFor(client, spec));
            const y = indices(dimensions).map((_, i) => (at + 1) * 1000 * (i + 1));
            using uploaded = await upload(
              client,
              dimensions,
              new Uint8Array(Int32Array.from(y).buffer),
              wantedY,
            );
            using before = held.buffer;
            const hand = async (way: keyof typeof ways): Promise<DeviceBuffer> => {
              const given = await ways[way](client, before, wantedX!);
              try {
                return await execute(executable, given, uploaded);
              } finally {
                if (given !== before) given.close();
              }
            };
            const right = expected(dimensions, step, held.numbers, y);
            const result = await hand(step.way).catch(async (error: Error) => {
              expect(error.message).toContain(REFUSED);
              expect([before.state, await numbersOf(before)]).toEqual(["live", held.numbers]);
              return hand("copied into the layout").then((buffer) => {
                refusals.add(true);
                return buffer;
              });
            });
            refusals.add(false);
            expect(await numbersOf(result)).toEqual(right);
            if (step.donated && step.way === "as it is" && before.state === "live")
              expect(await numbersOf(before)).toEqual(held.numbers);
            held = { buffer: result, numbers: right };
            dimensions = step.permutation.map((d) => dimensions[d]!);
          }
          held.buffer.close();
        };
        await fc.assert(fc.asyncProperty(chains, check), tries(40));
        expect([...refusals].sort()).toEqual([false, true]);
      },
      { plugin: { cpu_device_count: 2 } },
    ));
});
