import { join } from "node:path";
import { expect, test } from "vitest";
import { models } from "../../models/index.js";
import { openCase } from "../../src/golden/index.js";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

const model = "golden/demo-kjv";

test("one archive with weights and executables gives the model's tokens, and says for what it was compiled", async () => {
  const path = join(await temporaryFolder(), "kjv.zip");
  const golden = await openCase(model, models);
  const tokens = Array.from(golden.tensors.get("generated")!.data).slice(0, 12);
  const made = await griffin([
    ...["export", "--model", model, "--chunk", "16"],
    ...["--with-weights", "--no-samplers", "--compile", "-o", path],
  ]);
  expect(made.exitCode).toBe(0);
  expect(made.stderr).toMatch(/✓ compile decode_1x1 \(/);

  const { compiled } = (await griffinJson(["inspect", "--verify", path])) as {
    readonly compiled: readonly { readonly memory: { readonly bytes: number } }[];
  };
  expect(compiled).toMatchObject([
    {
      fingerprint: { platform: "cpu", deviceKind: "cpu", processor: expect.stringMatching(/^x64 /) },
      programs: ["prepare", "prefill_1x16", "extend_1x16", "decode_1x1"],
    },
  ]);
  // The weights are 5.2 MB of it.
  expect(compiled[0]!.memory.bytes).toBeGreaterThan(5.2e6);

  const args = ["--tokens", golden.tokens.join(), "--max-new-tokens", "12", "--no-cache"];
  const { stdout, stderr } = await griffin(["generate", "--artifact", path, ...args]);
  expect(stdout).toBe(tokens.join());
  expect(stderr).not.toContain("compiler");
});

test("programs are not compiled for another platform than they were lowered for", async () => {
  const out = join(await temporaryFolder(), "out");
  expect(
    await griffin(["export", "--preset", "tiny", "--target", "tpu", "--compile", "cpu", "-o", out]),
  ).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(
      "usage error: programs lowered for tpu are compiled by a plugin for another platform\n  expected: tpu\n  got:      cpu\n  hint:     --target cpu, or name another plugin: --compile PLUGIN",
    ),
  });
});
