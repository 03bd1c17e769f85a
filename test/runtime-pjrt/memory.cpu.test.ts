import { expect, test } from "vitest";
import { withClient } from "./cpu.js";
import { main } from "./programs.js";

test("where freed memory is kept, that of closed results is used again: no new pages are mapped for the next ones", () =>
  withClient(
    async (client) => {
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
      // Which thread allocates varies, and each has a heap of its own to fill first: some runs map pages, how many depends on
      // the machine. Were memory given back, all of them would.
      const pagesOfOneResult = (4 * count) / 4096;
      let used = 0;
      for (let i = 0; i < 300 && used < 8; i++) {
        const before = process.resourceUsage().minorPageFault;
        await run();
        if (process.resourceUsage().minorPageFault - before < pagesOfOneResult / 4) used += 1;
      }
      expect(used).toBe(8);
    },
    { keepFreedMemory: true },
  ));
