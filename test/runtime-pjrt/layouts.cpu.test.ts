import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Client,
  CompileCache,
  type DeviceBuffer,
  type Executable,
  type HostTensor,
  rowMajorLayout,
  type Signature,
} from "../../src/runtime-pjrt/index.js";
import { floats, withClient } from "./cpu.js";
import { flat, indices, layoutText } from "./dense.js";
import { main } from "./programs.js";
import { tries } from "../../tools/vitest/properties.js";

const f32x2x3 = { elementType: "f32", dimensions: [2, 3] } as const;
const counting = { ...f32x2x3, data: new Float32Array([0, 1, 2, 3, 4, 5]) };

/** `a + a`, its argument and result with these layout modes. */
function double(argument: string, result = "default") {
  return {
    program: main(
      `%a: tensor<2x3xf32> {mhlo.layout_mode = "${argument}"}`,
      `(tensor<2x3xf32> {mhlo.layout_mode = "${result}"})`,
      "    %0 = stablehlo.add %a, %a : tensor<2x3xf32>\n    return %0 : tensor<2x3xf32>",
    ),
    signature: { arguments: [f32x2x3], results: [f32x2x3] },
  };
}

async function run(executable: Executable, ...buffers: DeviceBuffer[]): Promise<number[]> {
  const [result] = await executable.execute(buffers);
  using owned = result!;
  return floats(await owned.toHost());
}

describe("an executable", () => {
  test("tells the layout of an argument that is not the client's default, and no other", () =>
    withClient(async (client) => {
      using columns = await client.compile(double("{0,1}", "{0,1}"));
      using rows = await client.compile(double("default"));
      const layoutsOf = ({ arguments: [argument], results: [result] }: Signature) => [
        argument!.layout,
        result!.layout,
      ];
      expect(layoutsOf(columns.signature)).toEqual(["{0,1}", "{0,1}"]);
      expect(layoutsOf(rows.signature)).toEqual([undefined, undefined]);
    }));

  test("takes an argument that was uploaded with its layout", () =>
    withClient(async (client) => {
      using executable = await client.compile(double("{0,1}"));
      using a = await client.toDevice({ ...executable.signature.arguments[0]!, data: counting.data });
      expect([a.layout, await run(executable, a)]).toEqual(["{0,1}", [0, 2, 4, 6, 8, 10]]);
    }));

  test("refuses an argument in another layout before the plugin is called", () =>
    withClient(async (client) => {
      using executable = await client.compile(double("{0,1}"));
      using a = await client.toDevice(counting);
      await expect(executable.execute([a])).rejects.toThrow(
        [
          "argument error: argument 0 is arranged in another way than the program reads it",
          "  expected: tensor<2x3xf32> with layout {0,1}",
          "  got:      layout {1,0}",
          '  hint:     upload it so: client.toDevice({ ...tensor, layout: "{0,1}" }), or copy it: client.copyInLayout(buffer, "{0,1}")',
        ].join("\n"),
      );
      using copy = await client.copyInLayout(a, "{0,1}");
      expect(await run(executable, copy)).toEqual([0, 2, 4, 6, 8, 10]);
    }));

  test("refuses it on each of several devices", () =>
    withClient(
      async (client) => {
        using executable = await client.compile({ ...double("{0,1}"), options: { replicas: 2 } });
        using a = await client.toDevice({ ...counting, layout: "{0,1}" }, { target: executable.devices[0]! });
        using b = await client.toDevice(counting, { target: executable.devices[1]! });
        await expect(executable.executeOnAll([[a], [b]])).rejects.toThrow(/got: {6}layout \{1,0\}/);
      },
      { plugin: { cpu_device_count: 2 } },
    ));

  test("refuses a donated argument in another layout, and leaves it alive", () =>
    withClient(async (client) => {
      const { program, signature } = double("{0,1}");
      const donated = { ...signature, arguments: [{ ...f32x2x3, donated: true }] };
      using executable = await client.compile({ program, signature: donated });
      using a = await client.toDevice(counting);
      await expect(executable.execute([a])).rejects.toThrow(/is arranged in another way/);
      expect([a.state, floats(await a.toHost())]).toEqual(["live", [0, 1, 2, 3, 4, 5]]);
      using columns = await client.copyInLayout(a, "{0,1}");
      expect([await run(executable, columns), columns.state]).toEqual([[0, 2, 4, 6, 8, 10], "donated"]);
    }));

  test("a result whose layout the compiler chose is not read by a program in another order", () =>
    withClient(async (client) => {
      const T = "tensor<2x3xf32>";
      using chooses = await client.compile({
        program: main(
          `%a: tensor<3x2xf32>`,
          `(${T} {mhlo.layout_mode = "auto"})`,
          `    %0 = stablehlo.transpose %a, dims = [1, 0] : (tensor<3x2xf32>) -> ${T}\n    return %0 : ${T}`,
        ),
        signature: { arguments: [{ elementType: "f32", dimensions: [3, 2] }], results: [f32x2x3] },
      });
      using plain = await client.compile(double("default"));
      using a = await client.toDevice({ ...counting, dimensions: [3, 2] });
      const [chosen] = await chooses.execute([a]);
      using result = chosen!;
      expect(result.layout).toBe("{0,1}");
      await expect(plain.execute([result])).rejects.toThrow(/expected: tensor<2x3xf32> with layout \{1,0\}/);
      using rows = await client.copyInLayout(result, "{1,0}");
      expect(await run(plain, rows)).toEqual([0, 4, 8, 2, 6, 10]);
    }));

  test("keeps its layouts in the compile cache, which tells programs apart by them", () =>
    withClient(async (client) => {
      const folder = mkdtempSync(join(tmpdir(), "layouts-"));
      try {
        const cache = new CompileCache({ folder });
        using _rows = (await cache.compile(client, double("default"))).executable;
        using _columns = (await cache.compile(client, double("{0,1}"))).executable;
        const again = await cache.compile(client, double("{0,1}"));
        using executable = again.executable;
        expect([again.fromCache, executable.signature.arguments[0]!.layout]).toEqual([true, "{0,1}"]);
        using a = await client.toDevice(counting);
        await expect(executable.execute([a])).rejects.toThrow(/is arranged in another way/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));

  test("a signature with another number of arguments than the program is refused when it is compiled", () =>
    withClient(async (client) => {
      const { program, signature } = double("default");
      await expect(
        client.compile({ program, signature: { ...signature, arguments: [f32x2x3, f32x2x3] } }),
      ).rejects.toThrow(/expected: 1 arguments, as the program takes\n {2}got: {6}2 arguments/);
    }));
});

describe("a buffer", () => {
  test("that is not row-major is not taken as another type", () =>
    withClient(async (client) => {
      using columns = await client.toDevice({ ...counting, layout: "{0,1}" });
      expect(() => columns.bitcast({ elementType: "i32", dimensions: [3, 2] })).toThrow(
        /cannot be taken as another type\n {2}expected: layout \{1,0\}\n {2}got: {6}layout \{0,1\}/,
      );
    }));

  test("in packed elements cannot be transferred in pieces", () =>
    withClient(async (client) => {
      expect(() => client.createTransfer([{ elementType: "i4", dimensions: [2, 3] }])).toThrow(
        /a tensor<2x3xi4> cannot be transferred in pieces/,
      );
    }));

  test("is allocated in a layout", () =>
    withClient(async (client) => {
      using buffer = client.allocate({ ...f32x2x3, layout: "{0,1}" });
      expect(buffer.layout).toBe("{0,1}");
    }));

  test("in a text that is no layout is refused", () =>
    withClient(async (client) => {
      await expect(client.toDevice({ ...counting, layout: "{0,2}" })).rejects.toThrow(
        /is no layout of a tensor/,
      );
    }));
});

// Ways for a tensor to get to a device in a layout.
const waysIn = {
  toDevice: (client: Client, tensor: HostTensor) => client.toDevice(tensor),
  zeroCopy: (client: Client, tensor: HostTensor) => client.toDevice(tensor, { semantics: "zero-copy" }),
  transfer: async (client: Client, tensor: HostTensor) => {
    const bytes = new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
    using transfer = client.createTransfer([tensor]);
    const half = bytes.length >> 1;
    await transfer.write(0, bytes.subarray(half), half, false);
    await transfer.write(0, bytes.subarray(0, half), 0, true);
    return transfer.buffer(0);
  },
  result: async (client: Client, { data, layout, ...spec }: HostTensor) => {
    const type = typeOf(spec.dimensions);
    using identity = await client.compile({
      program: main(`%a: ${type}`, `(${type} {mhlo.layout_mode = "${layout}"})`, `    return %a : ${type}`),
      signature: { arguments: [spec], results: [spec] },
    });
    using uploaded = await client.toDevice({ ...spec, data });
    const [result] = await identity.execute([uploaded]);
    return result!;
  },
};

const typeOf = (dimensions: readonly number[]) => `tensor<${[...dimensions, "f32"].join("x")}>`;

interface Case {
  readonly dimensions: readonly number[];
  /** Layouts of the two arguments and the result. */
  readonly orders: readonly (readonly number[])[];
  readonly permutation: readonly number[];
  readonly ways: readonly (keyof typeof waysIn)[];
}

/** Body, result dimensions, and what is right, of row-major numbers. */
const programs = {
  subtract: ({ dimensions }: Case) => ({
    dimensions,
    body: `    %0 = stablehlo.subtract %a, %b : ${typeOf(dimensions)}`,
    right: (a: number[], b: number[]) => a.map((x, i) => x - b[i]!),
  }),
  transpose: ({ dimensions, permutation }: Case) => {
    const turned = permutation.map((d) => dimensions[d]!);
    const type = typeOf(dimensions);
    return {
      dimensions: turned,
      body: `    %s = stablehlo.add %a, %b : ${type}\n    %0 = stablehlo.transpose %s, dims = [${permutation.join(", ")}] : (${type}) -> ${typeOf(turned)}`,
      right: (a: number[], b: number[]) =>
        indices(turned).map((index) => {
          const source = flat(
            dimensions.map((_, d) => index[permutation.indexOf(d)]!),
            dimensions,
          );
          return a[source]! + b[source]!;
        }),
    };
  },
  reverse: ({ dimensions }: Case) => ({
    dimensions,
    body: `    %r = stablehlo.reverse %b, dims = [0] : ${typeOf(dimensions)}\n    %0 = stablehlo.subtract %a, %r : ${typeOf(dimensions)}`,
    right: (a: number[], b: number[]) =>
      indices(dimensions).map(
        (index, i) => a[i]! - b[flat([dimensions[0]! - 1 - index[0]!, ...index.slice(1)], dimensions)]!,
      ),
  }),
};

const cases: fc.Arbitrary<Case> = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((dimensions) => {
    const order = fc.shuffledSubarray([...dimensions.keys()], { minLength: dimensions.length });
    const way = fc.constantFrom(...(Object.keys(waysIn) as (keyof typeof waysIn)[]));
    return fc.record({
      dimensions: fc.constant(dimensions),
      orders: fc.tuple(order, order, order),
      permutation: order,
      ways: fc.tuple(way, way),
    });
  });

describe.each(Object.entries(programs))("any layouts of arguments and results: %s", (_, programOf) => {
  test("gives the numbers of the row-major computation, or the buffer is refused", () =>
    withClient(async (client) => {
      const check = async (given: Case) => {
        const { dimensions, orders, ways } = given;
        const program = programOf(given);
        const modes = orders.map(layoutText);
        const argument = (name: string, i: number) =>
          `%${name}: ${typeOf(dimensions)} {mhlo.layout_mode = "${modes[i]}"}`;
        using executable = await client.compile({
          program: main(
            `${argument("a", 0)}, ${argument("b", 1)}`,
            `(${typeOf(program.dimensions)} {mhlo.layout_mode = "${modes[2]}"})`,
            `${program.body}\n    return %0 : ${typeOf(program.dimensions)}`,
          ),
          signature: {
            arguments: [
              { elementType: "f32", dimensions },
              { elementType: "f32", dimensions },
            ],
            results: [{ elementType: "f32", dimensions: program.dimensions }],
          },
        });
        const count = indices(dimensions).length;
        const numbers = [0, 1].map((k) =>
          Array.from({ length: count }, (_, i) => (i + 1) * (k === 0 ? 1 : 100)),
        );
        const upload = (i: number, layout: string) =>
          waysIn[ways[i]!](client, {
            elementType: "f32",
            dimensions,
            layout,
            data: new Float32Array(numbers[i]!),
          });
        using a = await upload(0, modes[0]!);
        using b = await upload(1, modes[1]!);
        const right = program.right(numbers[0]!, numbers[1]!);
        expect(await run(executable, a, b)).toEqual(right);
        // In the default layout: right as well, or refused.
        using plain = await upload(0, rowMajorLayout(dimensions.length));
        const outcome = await run(executable, plain, b).catch(String);
        if (typeof outcome === "string") expect(outcome).toContain("is arranged in another way");
        else expect(outcome).toEqual(right);
      };
      await fc.assert(fc.asyncProperty(cases, check), tries(30));
    }));
});
