/** @file Programs of an artifact that end the process of whoever compiles or runs them: none gets to the plugin. */
import { expect, it } from "vitest";
import { models } from "../../models/index.js";
import { artifactSource } from "../../src/engine/source.js";
import { serializePortable } from "../../src/ir/bytecode/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { useCpu } from "../dsl/cpu.js";
import { generated } from "../serving/generated.js";
import { demoArtifact } from "./demo-artifact.js";
import { changedCopy, rewriteFile } from "./exported.js";
import { complaint, ids } from "./loading.js";

const cpu = useCpu();
const one = await demoArtifact();

/** Reads wild memory where it is run. */
const trojan = serializePortable(
  parseModule(`module {
    func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
      %y = stablehlo.custom_call @__onednn$matmul(%x) : (tensor<1xf32>) -> tensor<1xf32>
      return %y : tensor<1xf32>
    }
  }`),
);

it("a portable program that calls code inside the plugin is refused when it would be compiled, with its file and what to do", async () => {
  const copy = await changedCopy(one, (manifest, folder) =>
    rewriteFile(manifest, folder, "programs/prefill_1x16.mlirbc", trojan),
  );
  await using source = await artifactSource(copy, models);
  const { model } = await source.load(cpu.client);
  using _ = model;
  const error = await complaint(() => generated(model, [ids[0]!]));
  expect(error).toBeInstanceOf(GriffinError);
  expect(error.message.replaceAll(copy, "ARTIFACT")).toBe(
    [
      "artifact error: programs/prefill_1x16.mlirbc: not given to the plugin: stablehlo.custom_call: @__onednn$matmul is code of the plugin that may trust its operands and end the process [custom_call_target]",
      "  at:       ARTIFACT",
      "  hint:     if you trust who made it, --trust-executables (trustExecutables) has native code run, which custom calls are",
    ].join("\n"),
  );
});
