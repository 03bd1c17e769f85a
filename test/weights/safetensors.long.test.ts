import { mkdir, open, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isStoredType, packedBytes, typeCodes, typeOfCode } from "../../src/weights/dtype.js";
import { openSafetensors } from "../../src/weights/safetensors.js";
import { writeSafetensors } from "../../src/weights/write.js";
import { errorText, rawSafetensors, temporaryFile, temporaryFolder } from "./files.js";

describe("a sound file", () => {
  test("tensors come with StableHLO types, shapes and their bytes", async () => {
    const header = {
      __metadata__: { format: "pt" },
      weight: { dtype: "BF16", shape: [2, 3], data_offsets: [4, 16] },
      scale: { dtype: "F32", shape: [], data_offsets: [0, 4] },
    };
    await using file = await openSafetensors(await temporaryFile(rawSafetensors(header, 16)));
    expect(file.metadata).toEqual({ format: "pt" });
    expect([...file.tensors.values()].map(({ read: _, readPart: __, ...rest }) => rest)).toEqual([
      { name: "scale", dtype: "f32", shape: [], bytes: 4, file: file.path },
      { name: "weight", dtype: "bf16", shape: [2, 3], bytes: 12, file: file.path },
    ]);
    expect(await file.tensors.get("weight")!.read()).toEqual(
      Uint8Array.of(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    );
    expect(await file.tensors.get("scale")!.read()).toEqual(Uint8Array.of(0, 1, 2, 3));
  });

  test("a tensor is read into memory that is given", async () => {
    const header = {
      first: { dtype: "BF16", shape: [1], data_offsets: [0, 2] },
      weight: { dtype: "BF16", shape: [3], data_offsets: [2, 8] },
    };
    await using file = await openSafetensors(await temporaryFile(rawSafetensors(header, 8)));
    const memory = new Uint8Array(8);
    const into = memory.subarray(1, 7);
    expect(await file.tensors.get("weight")!.read(into)).toBe(into);
    expect(memory).toEqual(Uint8Array.of(0, 2, 3, 4, 5, 6, 7, 0));
  });

  test("tensors without elements take no bytes", async () => {
    const header = {
      none: { dtype: "F32", shape: [0, 3], data_offsets: [0, 0] },
      one: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
    };
    await using file = await openSafetensors(await temporaryFile(rawSafetensors(header, 1)));
    expect(await file.tensors.get("none")!.read()).toEqual(new Uint8Array(0));
  });

  test("a tensor beyond 4 GiB is read from its place", async () => {
    const header = {
      large: { dtype: "U8", shape: [5 * 2 ** 30], data_offsets: [0, 5 * 2 ** 30] },
      last: { dtype: "I32", shape: [1], data_offsets: [5 * 2 ** 30, 5 * 2 ** 30 + 4] },
    };
    const start = rawSafetensors(header, 0);
    const path = await temporaryFile(start);
    await truncate(path, start.length + 5 * 2 ** 30); // a hole: no disk space is taken
    const handle = await open(path, "r+");
    await handle.write(Uint8Array.of(1, 2, 3, 4), 0, 4, start.length + 5 * 2 ** 30);
    await handle.close();
    await using file = await openSafetensors(path);
    expect(await file.tensors.get("last")!.read()).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  test("what is written is read back, for every element type", async () => {
    const tensor = fc
      .record({
        dtype: fc.constantFrom(...typeCodes.map((code) => typeOfCode(code)!)),
        shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
      })
      .filter(({ dtype, shape }) => packedBytes(dtype, shape) !== undefined)
      .chain(({ dtype, shape }) => {
        const length = packedBytes(dtype, shape)!;
        return fc.record({
          dtype: fc.constant(dtype),
          shape: fc.constant(shape),
          data: fc.uint8Array({ minLength: length, maxLength: length }),
        });
      });
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "__proto__");
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, tensor), async (tensors) => {
        const path = join(folder, "any.safetensors");
        await writeSafetensors(path, tensors, { made: "here" });
        await using file = await openSafetensors(path);
        expect(file.metadata).toEqual({ made: "here" });
        expect(new Set(file.tensors.keys())).toEqual(new Set(Object.keys(tensors)));
        for (const [key, { dtype, shape, data }] of Object.entries(tensors)) {
          const stored = file.tensors.get(key)!;
          expect([stored.dtype, stored.shape, await stored.read()]).toEqual([dtype, shape, data.slice()]);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("what is written is aligned and padded as the format asks", async () => {
    const path = join(await temporaryFolder(), "out.safetensors");
    await writeSafetensors(path, {
      b: { dtype: "f32", shape: [1], data: Uint8Array.of(5, 6, 7, 8) },
      a: { dtype: "i1", shape: [1], data: Uint8Array.of(1) },
    });
    const bytes = await readFile(path);
    const text =
      '{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"BOOL","shape":[1],"data_offsets":[4,5]}}';
    expect(bytes.subarray(8, -5).toString()).toBe(text.padEnd(112));
    expect(Number(bytes.readBigUInt64LE())).toBe(112);
    expect([...bytes.subarray(-5)]).toEqual([5, 6, 7, 8, 1]);
  });
});

describe("writing", () => {
  test("data that do not fit their type are refused and the old file stays", async () => {
    const path = await temporaryFile(new TextEncoder().encode("old"));
    const tensors = { x: { dtype: "f32", shape: [2], data: new Uint8Array(4) } } as const;
    expect(await errorText(() => writeSafetensors(path, tensors))).toBe(
      [
        'usage error: cannot write tensor "x": its data do not fit its type',
        "  expected: 8 bytes for f32 [2]",
        "  got:      4 bytes",
      ].join("\n"),
    );
    expect(await readFile(path, "utf8")).toBe("old");
  });

  test("numbers are written from the typed array of their type, a part of a longer one too", async () => {
    const path = join(await temporaryFolder(), "numbers");
    await writeSafetensors(path, {
      f: { dtype: "f32", shape: [2], data: Float32Array.of(9, 1, -2).subarray(1) },
      i: { dtype: "i64", shape: [1], data: BigInt64Array.of(-2n) },
      b: { dtype: "bf16", shape: [1], data: Uint8Array.of(0x80, 0x3f) },
    });
    await using file = await openSafetensors(path);
    const read = async (name: string) => [...(await file.tensors.get(name)!.read())];
    expect(await read("f")).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    expect(await read("i")).toEqual([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expect(await read("b")).toEqual([0x80, 0x3f]);
  });

  test.each([
    ["ui8", new Float32Array(4), "Uint8Array of its bytes, for ui8", "Float32Array"],
    ["f32", new Float64Array(2), "Float32Array, or Uint8Array of its bytes, for f32", "Float64Array"],
    ["f32", [1, 2, 3, 4], "Float32Array, or Uint8Array of its bytes, for f32", "Array"],
    ["bf16", new Float32Array(4), "Uint8Array of its bytes, for bf16", "Float32Array"],
    ["i32", undefined, "Int32Array, or Uint8Array of its bytes, for i32", "undefined"],
  ] as const)("%s is not written from what holds other elements: %o", async (dtype, data, expected, got) => {
    const path = join(await temporaryFolder(), "others");
    const tensors = { x: { dtype, shape: [4], data: data as never } };
    expect(await errorText(() => writeSafetensors(path, tensors))).toBe(
      `usage error: cannot write tensor "x": its data are not of its type\n  expected: ${expected}\n  got:      ${got}`,
    );
  });

  test("a failure on the way leaves neither a half file nor a temporary one", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "taken");
    await writeSafetensors(join(folder, "first"), {});
    await writeFile(join(folder, "keep"), "");
    // A folder in the way makes the last step, the renaming, fail.
    await mkdir(join(path, "inside"), { recursive: true });
    await expect(writeSafetensors(path, {})).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM|EEXIST/);
    expect((await readdir(dirname(path))).sort()).toEqual(["first", "keep", "taken"]);
  });

  test("the name of the metadata is not a tensor's", async () => {
    const tensors = { __metadata__: { dtype: "i8", shape: [0], data: new Uint8Array(0) } } as const;
    const path = join(await temporaryFolder(), "x");
    expect(await errorText(() => writeSafetensors(path, tensors))).toBe(
      "usage error: a tensor cannot be called __metadata__",
    );
  });
});

/** The error for a file of these bytes, without the line that names the file. */
async function openError(bytes: Uint8Array): Promise<string> {
  const path = await temporaryFile(bytes);
  const text = await errorText(() => openSafetensors(path));
  return text.replace(`\n  at:       ${path}`, "").replaceAll(path, "FILE");
}

const one = (fields: object) => ({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...fields } });

describe("a file that lies", () => {
  test("shorter than its length field", async () => {
    expect(await openError(Uint8Array.of(1, 2, 3))).toBe(
      [
        "checkpoint error: header: the file is too short to be a safetensors file",
        "  expected: at least 8 bytes",
        "  got:      3 bytes",
        "  hint:     the file was probably cut off while it was downloaded or copied; fetch it again",
      ].join("\n"),
    );
  });

  test("a header longer than the file, even by 2^64", async () => {
    const text = (got: string) =>
      [
        "checkpoint error: header: the header is said to be longer than it can be",
        "  expected: at most 2 bytes in a file of 10 bytes",
        `  got:      ${got} bytes`,
        "  hint:     either the file is cut off or it is not a safetensors file",
      ].join("\n");
    expect(await openError(Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d))).toBe(text("3"));
    expect(await openError(new Uint8Array(10).fill(255))).toBe(text("18446744073709551615"));
  });

  test("not JSON, not UTF-8, not an object", async () => {
    expect(await openError(rawSafetensors("{nonsense", 0))).toMatch(
      /^checkpoint error: header: not a JSON object in UTF-8 \(.*\)$/,
    );
    expect(await openError(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe))).toMatch(/not a JSON object/);
    expect(await openError(rawSafetensors("[1]", 0))).toBe(
      "checkpoint error: header: not a JSON object in UTF-8 (not a JSON object)",
    );
  });

  test("a tensor given twice", async () => {
    const entry = '"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
    expect(await openError(rawSafetensors(`{${entry},${entry}}`, 1))).toBe(
      'checkpoint error: header: not a JSON object in UTF-8 (key "x" is given twice)',
    );
  });

  test("an unknown dtype", async () => {
    expect(await openError(rawSafetensors(one({ dtype: "F31" }), 8))).toBe(
      ["checkpoint error: x: unknown dtype", `  expected: ${typeCodes.join(", ")}`, '  got:      "F31"'].join(
        "\n",
      ),
    );
  });

  test.each([
    [{ shape: [-2] }, "bad shape", "an array of sizes", "[-2]"],
    [{ shape: [1.5] }, "bad shape", "an array of sizes", "[1.5]"],
    [{ shape: undefined }, "bad shape", "an array of sizes", "no shape"],
    [{ data_offsets: [8, 0] }, "bad data_offsets", "[begin, end], begin <= end", "[8,0]"],
    [{ data_offsets: [0] }, "bad data_offsets", "[begin, end], begin <= end", "[0]"],
    [{ shape: [3] }, "data_offsets do not fit its type", "12 bytes for F32 [3]", "8 bytes"],
    [{ shape: [2 ** 40, 2 ** 40] }, "data_offsets do not fit its type", /.*/, "8 bytes"],
    [{ dtype: "F4", shape: [3] }, "data_offsets do not fit its type", /a whole number of bytes/, "8 bytes"],
  ])("%j", async (fields, problem, expected, got) => {
    const [first, second, third] = (await openError(rawSafetensors(one(fields), 8))).split("\n");
    expect(first).toBe(`checkpoint error: x: ${problem}`);
    expect(second!.replace("  expected: ", "")).toMatch(expected);
    expect(third).toBe(`  got:      ${got}`);
  });

  test("cut off, and too long", async () => {
    expect(await openError(rawSafetensors(one({}), 7))).toBe(
      [
        "checkpoint error: file size: the file is cut off",
        "  expected: 70 bytes",
        "  got:      69 bytes",
        "  hint:     fetch the file again",
      ].join("\n"),
    );
    expect(await openError(rawSafetensors(one({}), 9))).toBe(
      [
        "checkpoint error: file size: bytes after the last tensor",
        "  expected: 70 bytes",
        "  got:      71 bytes",
      ].join("\n"),
    );
  });

  test("overlaps and gaps, all in one table", async () => {
    const header = {
      a: { dtype: "U8", shape: [4], data_offsets: [0, 4] },
      b: { dtype: "U8", shape: [4], data_offsets: [2, 6] },
      c: { dtype: "U8", shape: [1], data_offsets: [8, 9] },
    };
    expect(await openError(rawSafetensors(header, 9))).toBe(
      [
        "checkpoint error: 2 problems in FILE",
        "     problem                 expected                        got",
        "  b  overlaps a              to begin at byte 4 of the data  2",
        "  c  a gap between it and b  to begin at byte 6 of the data  8",
      ].join("\n"),
    );
  });

  test("metadata that are null are none", async () => {
    const path = await temporaryFile(rawSafetensors({ __metadata__: null }, 0));
    await using file = await openSafetensors(path);
    expect(file.metadata).toEqual({});
  });

  test("metadata that are not text", async () => {
    expect(await openError(rawSafetensors({ __metadata__: { a: 1 } }, 0))).toBe(
      'checkpoint error: __metadata__: not an object of strings\n  got:      {"a":1}',
    );
  });

  test("no file, and a folder", async () => {
    const folder = await temporaryFolder();
    expect(await errorText(() => openSafetensors(join(folder, "none")))).toBe(
      `checkpoint error: file: does not exist\n  at:       ${join(folder, "none")}`,
    );
    expect(await errorText(() => openSafetensors(folder))).toBe(
      `checkpoint error: file: not a file\n  at:       ${folder}`,
    );
  });

  test("random bytes never end in anything but a checkpoint error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.boolean(), async (noise, framed) => {
        const bytes = framed ? rawSafetensors(Buffer.from(noise).toString("latin1"), 4) : noise;
        const path = await temporaryFile(bytes);
        await expect(openSafetensors(path)).rejects.toThrow(/^checkpoint error/);
      }),
      { numRuns: 100 },
    );
  });
});

test("type names are StableHLO's", () => {
  expect(typeCodes.map((code) => typeOfCode(code)).every((type) => isStoredType(type!))).toBe(true);
  expect(["BOOL", "BF16", "U64", "F8_E4M3"].map((code) => typeOfCode(code))).toEqual([
    "i1",
    "bf16",
    "ui64",
    "f8E4M3FN",
  ]);
  expect(isStoredType("F32")).toBe(false);
});
