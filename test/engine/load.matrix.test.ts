import { expect, test } from "vitest";
import { load, type LoadedModel } from "../../src/index.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { demo } from "../artifact/exported.js";

async function textOf(model: LoadedModel): Promise<string> {
  const texts: string[] = [];
  for await (const { text } of model.generate("In the beginning", { maxNewTokens: 8 })) texts.push(text);
  return texts.join("");
}

test("load gives the same text from a checkpoint and from an archive of it", async () => {
  await using checkpoint = await load(demo, { plugin: "cpu" });
  await using archive = await load(await demoArtifact({ withWeights: true, text: true, zip: true }));
  expect(await textOf(archive)).toBe(await textOf(checkpoint));
});
