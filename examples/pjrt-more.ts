// The runtime alone: several devices, kept executables, what the compiler says, a TPU that is not there, bytes that come by and by.
import {
  type Client,
  CompileCache,
  type CompileRequest,
  findPlugin,
  type HostTensor,
  ifSupported,
  Plugin,
  runConformance,
} from "stablegriffin/pjrt";

// Replicas, or partitions by the program's shardings: one list of arguments, and of results, for each device.
export async function onSeveralDevices(plugin: Plugin, request: CompileRequest, x: HostTensor) {
  // #region devices
  await using client = await plugin.createClient({ plugin: { cpu_device_count: 4 } }); // virtual devices of the CPU plugin
  const options = { partitions: 2, partitioner: "shardy" } as const;
  const split = await client.compile({ ...request, options });
  const inputs = split.devices.map(async (device) => [await client.toDevice(x, { target: device })]);
  const results = await split.executeOnAll(await Promise.all(inputs));
  // #endregion
  return await Promise.all(results.map(([result]) => result!.toHost()));
}

export async function kept(client: Client, request: CompileRequest) {
  // #region kept
  // Compiled once, loaded the next time; a bad entry is rejected with a reason and rebuilt.
  const { executable, fromCache, reason } = await new CompileCache().compile(client, request);

  executable.program.memoryStats(); // bytes: arguments, results, temporary, peak ...
  ifSupported(() => executable.program.costAnalysis()); // flops, bytes accessed; not every plugin has it
  executable.program.optimizedHlo(); // computations, instructions, backend_config (on TPUs: estimated_cycles)
  const again = await client.deserialize(executable.program.serialize(), request.signature);
  // #endregion
  return { again, fromCache, reason };
}

export async function forATpu(request: CompileRequest) {
  // #region topology
  const tpu = await Plugin.load((await findPlugin("tpu", { install: true })).path);
  using topology = await tpu.createTopology("v5e:2x2");
  using ahead = await topology.compile(request); // memoryStats, costAnalysis, optimizedHlo, serialize
  // #endregion
  return ahead.memoryStats();
}

export async function fromAFile(
  client: Client,
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  size: number,
) {
  // #region transfer
  using transfer = client.createTransfer([{ elementType: "f32", dimensions: [size / 4] }]);
  const weights = transfer.buffer(0);
  let offset = 0;
  for await (const chunk of chunks) {
    await transfer.write(0, chunk, offset, offset + chunk.length === size);
    offset += chunk.length;
  }
  // #endregion
  return weights;
}

export async function doesItKeepItsPromises(path: string) {
  // #region conformance
  const report = await runConformance(path, { onResult: console.log }); // countOutcomes, diffReports, supportTable
  // #endregion
  return report;
}
