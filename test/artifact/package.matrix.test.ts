import { join } from "node:path";
import { expect, test } from "vitest";
import { execa } from "execa";
import { root } from "../cli/griffin.js";
import { demoArtifact } from "./demo-artifact.js";
import { demo } from "./exported.js";

const artifact = await demoArtifact();

/** As a user of the package would write it for Node 20, which has no `using` yet. */
const program = `
  import { generate, loadArtifact } from "stablegriffin/artifact";
  import { findPlugin, Plugin } from "stablegriffin/pjrt";

  const plugin = await Plugin.load((await findPlugin("cpu", { install: true })).path);
  const client = await plugin.createClient();
  const model = await loadArtifact(process.argv[1], client);
  const tokenizer = await model.tokenizer();
  const prompt = tokenizer.encode("In the beginning");
  let text = "";
  for await (const token of generate(model, [prompt], { tokenizer, maxNewTokens: 24 })) text += token.text;
  model.close();
  await client.close();
  console.log(text);
`;

test("an artifact runs from the built package by its public names, as the command line runs the model", async () => {
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program, artifact], {
    cwd: root,
  });
  const { stdout: expected } = await execa(
    process.execPath,
    [
      join(root, "dist/src/cli/main.js"),
      "generate",
      "--model",
      demo,
      "--prompt",
      "In the beginning",
      "--max-new-tokens",
      "24",
    ],
    { cwd: root },
  );
  expect(stdout).toBe(expected);
  expect(stdout).toHaveLength(24);
});
