import { describe, expect, test } from "vitest";
import type { Client, DeviceBuffer, Executable } from "../../src/runtime-pjrt/index.js";
import { floats, withClient } from "./cpu.js";
import { addProgram, f32x4, main } from "./programs.js";

const f32x2 = { elementType: "f32", dimensions: [2] } as const;
const scalar = { elementType: "f32", dimensions: [] } as const;
const fourDevices = { plugin: { cpu_device_count: 4 } };

/** One buffer per device of the program, all elements `device number + 1`; gives the first result of each device. */
async function runOnAll(
  client: Client,
  executable: Executable,
  spec: typeof f32x4 | typeof f32x2,
): Promise<number[][]> {
  const inputs: DeviceBuffer[] = [];
  for (const [i, target] of executable.devices.entries()) {
    const data = new Float32Array(spec.dimensions[0]).fill(i + 1);
    inputs.push(await client.toDevice({ ...spec, data }, { target }));
  }
  const results = await executable.executeOnAll(inputs.map((input) => [input]));
  return Promise.all(results.map(async ([result]) => floats(await result!.toHost())));
}

const allReduce = main(
  "%a: tensor<4xf32>",
  "tensor<4xf32>",
  `    %0 = "stablehlo.all_reduce"(%a) ({
    ^bb0(%x: tensor<f32>, %y: tensor<f32>):
      %s = stablehlo.add %x, %y : tensor<f32>
      stablehlo.return %s : tensor<f32>
    }) {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>`,
);

const gspmd = `module @split attributes {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32} {
  func.func @main(%a: tensor<4xf32> {mhlo.sharding = "{devices=[2]<=[2]}"})
      -> (tensor<4xf32> {mhlo.sharding = "{devices=[2]<=[2]}"}) {
    %0 = stablehlo.add %a, %a : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}`;

const shardy = `module @split {
  sdy.mesh @mesh = <["x"=2]>
  func.func @main(%a: tensor<4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}]>})
      -> (tensor<f32> {sdy.sharding = #sdy.sharding<@mesh, []>}) {
    %zero = stablehlo.constant dense<0.0> : tensor<f32>
    %0 = stablehlo.reduce(%a init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
    return %0 : tensor<f32>
  }
}`;

describe("on several virtual devices", () => {
  test("two replicas add up by all_reduce", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: allReduce,
        signature: { arguments: [f32x4], results: [f32x4] },
        options: { replicas: 2, devices: [[3], [1]] },
      });
      expect(executable.devices.map(({ id }) => id)).toEqual([3, 1]);
      expect(executable.logicalIds).toEqual([
        { replica: 0, partition: 0 },
        { replica: 1, partition: 0 },
      ]);
      expect(executable.deviceAssignment).toEqual([[3], [1]]);
      expect(await runOnAll(client, executable, f32x4)).toEqual([
        [3, 3, 3, 3],
        [3, 3, 3, 3],
      ]);
    }, fourDevices));

  test("two partitions by GSPMD shardings each hold half", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: gspmd,
        signature: { arguments: [f32x2], results: [f32x2] },
        options: { partitions: 2, partitioner: "gspmd" },
      });
      expect(
        executable.program.argumentShardings?.map((s) => s.tileAssignmentDimensions.map(Number)),
      ).toEqual([[2]]);
      expect(await runOnAll(client, executable, f32x2)).toEqual([
        [2, 2],
        [4, 4],
      ]);
    }, fourDevices));

  test("two partitions by Shardy reduce to a sum that both hold", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: shardy,
        signature: { arguments: [f32x2], results: [scalar] },
        options: { partitions: 2 },
      });
      expect(await runOnAll(client, executable, f32x2)).toEqual([[6], [6]]);
    }, fourDevices));

  test("a portable program runs where its arguments are", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature: { arguments: [f32x4, f32x4], results: [f32x4] },
        options: { portable: true },
      });
      for (const target of client.devices) {
        using x = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) }, { target });
        const [sum] = await executable.execute([x, x]);
        expect([sum!.device.id, floats(await sum!.toHost())]).toEqual([target.id, [2, 4, 6, 8]]);
        sum!.close();
      }
    }, fourDevices));

  test("devices are found by id and by hardware number, memories by their devices", () =>
    withClient(async (client) => {
      expect([client.device(2).id, client.localDevice(3).localHardwareId]).toEqual([2, 3]);
      expect(() => client.device(9)).toThrow("No matching device found for device_id 9");
      expect(client.defaultDevices(2, 2)).toEqual([
        [0, 1],
        [2, 3],
      ]);
      expect(client.memories.length).toBeGreaterThan(0);
      for (const memory of client.memories) expect(memory.devices.length).toBeGreaterThan(0);
      expect(client.topology.devices.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    }, fourDevices));
});

describe("tensors by other ways than toDevice", () => {
  test("in pieces, in any order", () =>
    withClient(async (client) => {
      using transfer = client.createTransfer([f32x4, f32x2]);
      using four = transfer.buffer(0);
      using two = transfer.buffer(1);
      await transfer.write(1, new Float32Array([5, 6]), 0, true);
      await transfer.write(0, new Float32Array([3, 4]), 8, false);
      await transfer.write(0, new Float32Array([1, 2]), 0, true);
      expect([floats(await four.toHost()), floats(await two.toHost())]).toEqual([
        [1, 2, 3, 4],
        [5, 6],
      ]);
      await expect(transfer.write(1, new Float32Array(2), 4, true)).rejects.toThrow(
        "argument error: bytes outside tensor 1 of a transfer, tensor<2xf32>\n  expected: at most 8 bytes\n  got:      8 bytes at 4",
      );
      expect(() => transfer.buffer(1)).toThrow("the buffer of tensor 1 was taken before");
    }));

  test("a range of the device's own bytes", () =>
    withClient(async (client) => {
      using buffer = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
      expect(floats(await buffer.readRaw(4, 8))).toEqual([2, 3]);
      await expect(buffer.readRaw(12, 8)).rejects.toThrow("a range outside the buffer");
    }));

  test("uninitialised memory has the type that was asked for", () =>
    withClient(async (client) => {
      using buffer = client.allocate({ elementType: "bf16", dimensions: [3, 5] });
      expect(buffer.nativeType).toEqual({ elementType: "bf16", dimensions: [3, 5] });
      expect((await buffer.toHost()).length).toBe(30);
    }));
});
