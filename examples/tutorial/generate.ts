// Continues a text with the trained model.
import { load } from "stablegriffin";
import { little } from "./model.js";

const model = await load("rhyme", { models: [little] });
let text = "";
for await (const part of model.generate("Three, four,", { maxNewTokens: 48 })) text += part.text;
console.log(text);
await model.close();
