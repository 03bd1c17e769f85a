import { expect, test } from "vitest";
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";

test("an element type newer than the plugin, which would abort the process, is refused before the call", async () => {
  const plugin = await Plugin.load(await installPlugin("fastatomstruct-xla-cpu"));
  await using client = await plugin.createClient();
  const made = client.toDevice({ elementType: "f6E2M3FN", dimensions: [1], data: new Uint8Array(1) });
  await expect(made).rejects.toThrow(
    "argument error: the plugin does not know the element type f6E2M3FN\n  expected: API 0.114 or newer\n  got:      API 0.106",
  );
});
