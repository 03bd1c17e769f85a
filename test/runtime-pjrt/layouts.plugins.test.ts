import { beforeAll, describe, expect, test } from "vitest";
import { type Client, installPlugin, Plugin, type PLUGIN_WHEELS } from "../../src/runtime-pjrt/index.js";
import { floats } from "./cpu.js";

/** Plugins that note the layout of an upload and leave its bytes as they came. */
const older: readonly (keyof typeof PLUGIN_WHEELS)[] = ["fastatomstruct-xla-cpu", "xla-cpu-pjrt"];

const matrix = {
  elementType: "f32",
  dimensions: [2, 3],
  layout: "{0,1}",
  data: new Float32Array([0, 1, 2, 3, 4, 5]),
} as const;

async function withOlder(name: string, run: (client: Client) => Promise<void>): Promise<void> {
  const plugin = await Plugin.load(await installPlugin(name));
  await using client = await plugin.createClient();
  await run(client);
}

describe.each(older)("%s", (name) => {
  // Fetched here if need be: that takes longer than a test may.
  beforeAll(async () => void (await installPlugin(name)));

  test("an upload in another layout than row-major is refused each time: its numbers would be others", () =>
    withOlder(name, async (client) => {
      for (const _ of [1, 2]) {
        await expect(client.toDevice(matrix)).rejects.toThrow(
          [
            "cannot upload in another layout than row-major",
            "  expected: a plugin that rearranges what it is given (API 0.115 does)",
            "  hint:     write the program without mhlo.layout_mode, or use another plugin",
          ].join("\n"),
        );
      }
    }));

  test("so is a copy in another layout; the row-major layout by its name is taken", () =>
    withOlder(name, async (client) => {
      using rows = await client.toDevice({ ...matrix, layout: "{1,0}" });
      expect(floats(await rows.toHost())).toEqual([0, 1, 2, 3, 4, 5]);
      await expect(client.copyInLayout(rows, "{0,1}")).rejects.toThrow(/cannot upload in another layout/);
    }));

  test("a transfer in pieces arranges the bytes itself: its numbers are right", () =>
    withOlder(name, async (client) => {
      using transfer = client.createTransfer([matrix]);
      const bytes = new Uint8Array(matrix.data.buffer);
      await transfer.write(0, bytes.subarray(0, 10), 0, false);
      await transfer.write(0, bytes.subarray(10), 10, true);
      using buffer = transfer.buffer(0);
      expect({ layout: buffer.layout, numbers: floats(await buffer.toHost()) }).toEqual({
        layout: "{0,1}",
        numbers: [0, 1, 2, 3, 4, 5],
      });
    }));

  test("memory is allocated in another layout, or refused: never in another than was asked for", () =>
    withOlder(name, async (client) => {
      const { data: _, ...spec } = matrix;
      using buffer = client.allocate(spec);
      expect(buffer.layout).toBe("{0,1}");
    }));
});
