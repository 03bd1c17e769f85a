import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ElementTypeName, Plugin } from "../../src/runtime-pjrt/index.js";
import { cpuPlugin, withClient } from "./cpu.js";
import { addProgram, f32x4, main } from "./programs.js";

const signature = { arguments: [{ ...f32x4, name: "x" }, f32x4], results: [f32x4] };

/** The text of the error that a promise rejects with. */
async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe("a path that is no plugin", () => {
  test("no such file", async () => {
    expect(await messageOf(Plugin.load("/no/such/plugin.so"))).toBe(
      "environment error: no such file: /no/such/plugin.so\n  expected: the path of a PJRT plugin (a shared library)",
    );
  });

  test("a text file", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "plugin-")), "plugin.so");
    await writeFile(path, "this is text");
    expect(await messageOf(Plugin.load(path))).toBe(
      `environment error: ${path} is not a shared library\n  expected: the path of a PJRT plugin (a shared library)`,
    );
  });

  test("a folder", async () => {
    expect(await messageOf(Plugin.load(tmpdir()))).toContain("is not a file");
  });

  test("a cut library", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "plugin-")), "plugin.so");
    await writeFile(path, "\x7fELF and nothing more");
    expect(await messageOf(Plugin.load(path))).toMatch(
      /^environment error: cannot load .*plugin\.so\n {2}expected: a shared library for this machine\n {2}got: /,
    );
  });

  test("a library without GetPjrtApi", async () => {
    const node = process.report.getReport() as { sharedObjects: string[] };
    const library = node.sharedObjects.find((path) => /libm\.so/.test(path))!;
    expect(await messageOf(Plugin.load(library))).toBe(
      [
        `environment error: ${library} is a shared library but not a PJRT plugin`,
        "  expected: a library that exports GetPjrtApi",
        "  got:      no such function",
      ].join("\n"),
    );
  });
});

describe("arguments are checked before the plugin is called", () => {
  test("wrong element type, shape or count", () =>
    withClient(async (client) => {
      using executable = await client.compile({ program: addProgram(), signature });
      using a = await client.toDevice({ ...f32x4, data: new Float32Array(4) });
      using ints = await client.toDevice({ elementType: "i32", dimensions: [4], data: new Int32Array(4) });
      using short = await client.toDevice({ elementType: "f32", dimensions: [3], data: new Float32Array(3) });
      expect(await messageOf(executable.execute([ints, a]))).toBe(
        "argument error: argument 0 (x)\n  expected: tensor<4xf32>\n  got:      tensor<4xi32>",
      );
      expect(await messageOf(executable.execute([a, short]))).toBe(
        "argument error: argument 1\n  expected: tensor<4xf32>\n  got:      tensor<3xf32>",
      );
      expect(await messageOf(executable.execute([a]))).toBe(
        "argument error: wrong number of arguments\n  expected: 2\n  got:      1",
      );
      expect(
        await messageOf(
          executable.executeOnAll([
            [a, a],
            [a, a],
          ]),
        ),
      ).toBe(
        "argument error: the program runs on another number of devices\n  expected: 1 argument lists\n  got:      2",
      );
    }));

  test("data of the wrong size, a dimension that is none, an element type that is none", () =>
    withClient(async (client) => {
      expect(await messageOf(client.toDevice({ ...f32x4, data: new Float32Array(3) }))).toBe(
        "argument error: the data of a tensor<4xf32> has the wrong size\n  expected: 16 bytes\n  got:      12 bytes",
      );
      expect(
        await messageOf(client.toDevice({ elementType: "f32", dimensions: [-1], data: new Float32Array(1) })),
      ).toBe(
        "argument error: dimension 0 of a tensor is wrong\n  expected: a whole number, 0 or more\n  got:      -1",
      );
      const wrong = "complex<f23>" as ElementTypeName;
      expect(
        await messageOf(client.toDevice({ elementType: wrong, dimensions: [1], data: new Float32Array(1) })),
      ).toBe("argument error: complex<f23> is not an element type\n  hint:     did you mean complex<f32>?");
    }));

  test("the same donated buffer twice", () =>
    withClient(async (client) => {
      const donating = { arguments: [{ ...f32x4, donated: true }, f32x4], results: [f32x4] };
      using executable = await client.compile({ program: addProgram(true), signature: donating });
      using a = await client.toDevice({ ...f32x4, data: new Float32Array(4) });
      expect(await messageOf(executable.execute([a, a]))).toBe(
        [
          "argument error: the same buffer is argument 0 and argument 1, and it is donated",
          "  hint:     a donated buffer can be passed once only; copy it first",
        ].join("\n"),
      );
    }));

  test("a buffer of another client", () =>
    withClient(async (client) => {
      using executable = await client.compile({ program: addProgram(), signature });
      await withClient(async (other) => {
        using a = await other.toDevice({ ...f32x4, data: new Float32Array(4) });
        expect(await messageOf(executable.execute([a, a]))).toBe(
          "argument error: argument 0 (x) belongs to another client",
        );
      });
    }));
});

describe("handles that are closed", () => {
  test("a closed buffer, executable or client says so", async () => {
    const client = await (await cpuPlugin()).createClient();
    const executable = await client.compile({ program: addProgram(), signature });
    const buffer = await client.toDevice({ ...f32x4, data: new Float32Array(4) });
    buffer.close();
    buffer.close();
    expect(await messageOf(buffer.toHost())).toBe(
      "handle closed: toHost of a buffer that is closed\n  hint:     it was closed, or its client was",
    );
    expect(await messageOf(executable.execute([buffer, buffer]))).toMatch(
      /execute: argument 0 \(x\) of a buffer that is closed/,
    );
    executable.close();
    expect(await messageOf(executable.execute([buffer, buffer]))).toMatch(
      /execute of an executable that is closed/,
    );
    await client.close();
    await client.close();
    expect(await messageOf(client.compile({ program: addProgram(), signature }))).toBe(
      "handle closed: compile of a client that is closed",
    );
    expect(() => client.devices).toThrow("devices of a client that is closed");
  });
});

describe("the plugin's own errors", () => {
  test("a syntax error has line and column", () =>
    withClient(async (client) => {
      const program = main("%a: tensor<4xf32>", "tensor<4xf32>", "    %0 = stablehlo.nonsense %a");
      const error = await client.compile({ program, signature }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "PjrtError", call: "PJRT_Client_Compile" });
      expect((error as Error).message).toMatch(/3:10/);
    }));

  test("an empty program is refused before the call", () =>
    withClient(async (client) => {
      expect(await messageOf(client.compile({ program: "", signature }))).toMatch(
        /^argument error: the program is empty/,
      );
    }));

  test("results that are not the program's", () =>
    withClient(async (client) => {
      const wrong = {
        arguments: [f32x4, f32x4],
        results: [{ elementType: "i32", dimensions: [4], name: "sum" } as const],
      };
      expect(await messageOf(client.compile({ program: addProgram(), signature: wrong }))).toBe(
        [
          "argument error: the signature does not fit the program: result 0 (sum)",
          "  expected: tensor<4xf32>, as the program returns",
          "  got:      tensor<4xi32>",
        ].join("\n"),
      );
      expect(client.stats().executable).toBe(0);
    }));
});

test("a program that needs more memory than there is, is an OutOfMemoryError, and its place is given back", () =>
  withClient(async (client) => {
    const huge = { elementType: "ui8", dimensions: [2 ** 45] } as const;
    const type = `tensor<${2 ** 45}xui8>`;
    const body = [
      "    %c = stablehlo.constant dense<1> : tensor<ui8>",
      `    %0 = stablehlo.broadcast_in_dim %c, dims = [] : (tensor<ui8>) -> ${type}`,
      `    return %0 : ${type}`,
    ];
    const program = main("", type, body.join("\n"));
    using executable = await client.compile({ program, signature: { arguments: [], results: [huge] } });
    const error = await executable.execute([]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "OutOfMemoryError", code: "RESOURCE_EXHAUSTED", status: 8 });
    expect((error as Error).message).toContain(
      "close buffers that are no longer needed, or make the batch smaller",
    );
    expect(client.stats().inFlight).toBe(0);
  }));
