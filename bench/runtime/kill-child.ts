/** @file Run by kill.ts, to be killed: writes and reads the compile cache, or installs a plugin. Prints "ok" at the end. */
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  CompileCache,
  findPlugin,
  installPlugin,
  Plugin,
  PLUGIN_WHEELS,
} from "../../src/runtime-pjrt/index.js";

const vector = { elementType: "f32", dimensions: [4] } as const;

/** Twenty programs through the cache, each run and checked; then room for only a few, so that entries come and go. */
async function useCache(): Promise<void> {
  const { path } = await findPlugin("cpu");
  await using client = await (await Plugin.load(path)).createClient();
  const cache = new CompileCache({ folder: process.env.KILL_FOLDER!, maxBytes: 40_000 });
  for (let i = 0; i < 20; i++) {
    const program = `func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %c = stablehlo.constant dense<${i}.0> : tensor<4xf32>
  %0 = stablehlo.add %a, %c : tensor<4xf32>
  return %0 : tensor<4xf32>
}`;
    const { executable } = await cache.compile(client, {
      program,
      signature: { arguments: [vector], results: [vector] },
    });
    using x = await client.toDevice({ ...vector, data: new Float32Array(4) });
    const [sum] = await executable.execute([x]);
    if (new Float32Array((await sum!.toHost()).buffer)[3] !== i)
      throw new Error(`program ${i}: wrong result`);
    sum!.close();
    executable.close();
  }
}

/** Installs; what an earlier run finished is removed first, so that there is always something to interrupt. */
async function install(): Promise<void> {
  const wheel = PLUGIN_WHEELS["xla-cpu-pjrt"];
  const path = await installPlugin(wheel.package);
  if (statSync(path).size !== wheel.libraryBytes) throw new Error("half a library");
  await rm(dirname(path), { recursive: true });
  await installPlugin(wheel.package);
}

await (process.argv[2] === "cache" ? useCache() : install());
console.log("ok");
