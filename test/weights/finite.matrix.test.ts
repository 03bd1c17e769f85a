import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bf16FromF32, f16FromF32, f32FromBf16, f32FromF16 } from "../../src/support/half.js";
import { checkFinite, firstNotFinite } from "../../src/weights/finite.js";
import type { ComputeDType } from "../../src/weights/dtype.js";
import { errorText } from "./files.js";

const bytesOf = (data: Float32Array | Uint16Array) =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

const encode: Readonly<Record<ComputeDType, (values: Float32Array) => Uint8Array<ArrayBuffer>>> = {
  f32: bytesOf,
  bf16: (values) => bytesOf(bf16FromF32(values)),
  f16: (values) => bytesOf(f16FromF32(values)),
};

describe.each(["f32", "bf16", "f16"] as const)("in %s", (type) => {
  test("no finite number is taken for another, and every other is found at its place", () => {
    const bits =
      type === "f32" ? fc.integer({ min: 0, max: 2 ** 32 - 1 }) : fc.integer({ min: 0, max: 65535 });
    const patterns = fc.array(bits, { maxLength: 40 });
    fc.assert(
      fc.property(patterns, (words) => {
        const data = type === "f32" ? Uint32Array.from(words) : Uint16Array.from(words);
        const values = {
          f32: () => new Float32Array(data.buffer),
          bf16: () => f32FromBf16(data as Uint16Array),
          f16: () => f32FromF16(data as Uint16Array),
        }[type]();
        const index = values.findIndex((value) => !Number.isFinite(value));
        const found = firstNotFinite(new Uint8Array(data.buffer as ArrayBuffer), type);
        expect(found).toEqual(index < 0 ? undefined : { index, value: values[index] });
      }),
      { numRuns: 2000 },
    );
  });

  test.each([0, 1, 65_535, 131_072, 200_000, 200_002])(
    "one among 200,003 is found at %d, wherever the bytes begin",
    (index) => {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const values = Float32Array.from({ length: 200_003 }, (_, i) => Math.sin(i) * 60_000);
        expect(firstNotFinite(encode[type](values), type)).toBe(undefined);
        values[index] = value;
        const bytes = encode[type](values);
        const moved = new Uint8Array(bytes.length + 2).subarray(2);
        moved.set(bytes);
        const found = { index, value };
        expect([firstNotFinite(bytes, type), firstNotFinite(moved, type)]).toEqual([found, found]);
      }
    },
  );
});

test("the error names the tensor, its file, and the indices of the first such number", async () => {
  const parameter = {
    ...{ path: "embed.weight", name: "model.embed_tokens.weight", file: "model.safetensors" },
    ...{ shape: [3, 4], dtype: "f32" as const },
    readAs: () => Promise.reject(new Error("not read here")),
  };
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  checkFinite(parameter, encode.f32(values), "f32");
  values[6] = Number.NEGATIVE_INFINITY;
  values[7] = Number.NaN;
  expect(await errorText(() => checkFinite(parameter, encode.f32(values), "f32"))).toBe(
    [
      "checkpoint error: model.embed_tokens.weight: has a number that is not finite",
      "  expected: finite numbers",
      "  got:      -Infinity at [1, 2]",
      "  at:       model.safetensors",
      "  hint:     is the file damaged, or did its training diverge? allowNonFinite (--allow-non-finite) loads it as it is",
    ].join("\n"),
  );
  values.fill(0).fill(70_000, 11);
  expect(await errorText(() => checkFinite(parameter, encode.f16(values), "f16"))).toBe(
    [
      "checkpoint error: model.embed_tokens.weight: has a number that is not finite, as f16",
      "  expected: finite numbers",
      "  got:      Infinity at [2, 3]",
      "  at:       model.safetensors",
      "  hint:     f32 holds larger numbers than f16: load it as bf16 or f32",
    ].join("\n"),
  );
});
