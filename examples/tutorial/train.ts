// Trains the model from nothing on a rhyme, and keeps it in the folder `rhyme`.
import { mkdir, writeFile } from "node:fs/promises";
import { train } from "stablegriffin";
import { little } from "./model.js";

const LINE = "One, two, buckle my shoe. Three, four, knock at the door. Five, six, pick up sticks. ";

// A model folder: its configuration, and a tokenizer, which here makes a token of each character.
const characters = ["<pad>", "<eos>", "<bos>", ...new Set(LINE)];
const tokenizer = {
  version: "1.0",
  added_tokens: characters.slice(0, 3).map((content, id) => ({ id, content, special: true })),
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: "Fuse" },
  model: { type: "BPE", vocab: Object.fromEntries(characters.map((one, id) => [one, id])), merges: [] },
};
const config = { model_type: "little", vocab: characters.length, width: 32, hidden: 64, blocks: 2 };
await mkdir("new", { recursive: true });
await writeFile("new/config.json", JSON.stringify(config));
await writeFile("new/tokenizer.json", JSON.stringify(tokenizer));
await writeFile("rhyme.txt", LINE.repeat(20));

const settings = {
  model: "new",
  fromNothing: true,
  data: ["rhyme.txt"],
  steps: 60,
  batch: 8,
  length: 64,
  learningRate: 0.01,
};
for await (const event of train({ models: [little], settings, out: "rhyme", saveEvery: 60 }))
  if (event.event === "step" && event.step % 20 === 0) console.log(event.step, event.loss.toFixed(2));
