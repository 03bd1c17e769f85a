// Exports the model: compiled programs in their portable form, weights and tokenizer, in one file.
import { exportModel } from "stablegriffin";
import { little } from "./model.js";

const { files } = await exportModel({ folder: "rhyme", models: [little] }, "rhyme.zip", {
  chunk: 16,
  withWeights: true,
  zip: true,
  force: true,
});
console.log(files.length, "files");
