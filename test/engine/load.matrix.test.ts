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

test("load holds what an artifact says to a format, from text, from token ids and in a dialogue", async () => {
  await using model = await load(await demoArtifact());
  const format = { regex: "[0-4]{3}" };
  const said = async (parts: AsyncIterable<{ text: string; complete?: boolean }>) => {
    let text = "";
    let complete: boolean | undefined;
    for await (const part of parts) {
      text += part.text;
      ({ complete } = part);
    }
    return { text, complete };
  };
  const whole = { text: expect.stringMatching(/^[0-4]{3}$/) as string, complete: true };
  expect(await said(model.generate("In the beginning", { format }))).toEqual(whole);
  expect(await said(model.generate([1, 7], { format, temperature: 2 }))).toEqual(whole);
  using chat = await model.chat();
  expect(await said(chat.say("how many?", { format }))).toEqual(whole);
});
