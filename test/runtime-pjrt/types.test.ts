import { expect, expectTypeOf, test } from "vitest";
import {
  type ArgumentSpec,
  type Client,
  type DeviceBuffer,
  ELEMENT_TYPES,
  type ElementTypeName,
  type HostTensor,
  type Signature,
} from "../../src/runtime-pjrt/index.js";

test("element types are StableHLO's names, all of them and no others", () => {
  expectTypeOf<"bf16">().toExtend<ElementTypeName>();
  expectTypeOf<"complex<f32>">().toExtend<ElementTypeName>();
  // @ts-expect-error it is f32
  const wrong: ElementTypeName = "float32";
  expect(ELEMENT_TYPES).not.toContain(wrong);
  expect(new Set(ELEMENT_TYPES).size).toBe(30);
});

test("a tensor needs its type, its dimensions and its data", () => {
  const data = new Float32Array(4);
  const whole: HostTensor = { elementType: "f32", dimensions: [4], data };
  // @ts-expect-error no dimensions
  const shapeless: HostTensor = { elementType: "f32", data };
  // @ts-expect-error a plain array is not memory
  const listed: HostTensor = { elementType: "f32", dimensions: [4], data: [1, 2, 3, 4] };
  expect([whole, shapeless, listed]).toHaveLength(3);
});

test("donation belongs to arguments, not to results", () => {
  expectTypeOf<ArgumentSpec>().toHaveProperty("donated");
  // @ts-expect-error a result cannot be donated
  const result: Signature["results"][number] = { elementType: "f32", dimensions: [], donated: true };
  const signature: Signature = { arguments: [], results: [result] };
  expect(signature.results).toHaveLength(1);
});

test("what may wait is a promise, what cannot is a value", () => {
  expectTypeOf<Client["toDevice"]>().returns.toEqualTypeOf<Promise<DeviceBuffer>>();
  expectTypeOf<Client["allocate"]>().returns.toEqualTypeOf<DeviceBuffer>();
  expectTypeOf<DeviceBuffer["dimensions"]>().toEqualTypeOf<readonly number[]>();
});
