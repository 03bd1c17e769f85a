import { expect, test } from "vitest";
import { main, withClient } from "./cpu.js";

test("memory of results that were closed is used again: no new pages are mapped for the next ones", () =>
  withClient(async (client) => {
    // 32 MiB: larger ones do not fit the heaps of threads, and are mapped each time.
    const count = 8 << 20;
    const type = `tensor<${count}xf32>`;
    const spec = { elementType: "f32", dimensions: [count] } as const;
    const body = `    %0 = stablehlo.add %a, %a : ${type}\n    return %0 : ${type}`;
    using executable = await client.compile({
      program: main(`%a: ${type}`, type, body),
      signature: { arguments: [spec], results: [spec] },
    });
    using x = await client.toDevice({ ...spec, data: new Float32Array(count) });
    const run = async () => {
      const [sum] = await executable.execute([x]);
      await sum!.ready;
      sum!.close();
    };
    for (let i = 0; i < 3; i++) await run();
    const before = process.resourceUsage().minorPageFault;
    const runs = 5;
    for (let i = 0; i < runs; i++) await run();
    const pagesOfOneResult = (4 * count) / 4096;
    expect((process.resourceUsage().minorPageFault - before) / runs).toBeLessThan(pagesOfOneResult / 4);
  }));
