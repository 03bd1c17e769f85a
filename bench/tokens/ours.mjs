/**
 * @file Our side of the benchmark of tokens, as users of the built package run it: a text, line by line, by the tokenizer.model of each folder. Prints
 * ms by model as JSON.
 *
 *     node bench/tokens/ours.mjs TEXT FOLDER...
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { loadTokenizer } from "../../dist/src/tokens/index.js";

const [text, ...folders] = process.argv.slice(2);
const lines = readFileSync(text, "utf8").split("\n");
const figures = {};
for (const folder of folders) {
  const tokenizer = await loadTokenizer(folder);
  // Without the token that begins each line.
  const read = () => lines.reduce((count, line) => count + tokenizer.encode(line).length - 1, 0);
  const name = basename(folder);
  figures[`${name}, tokens`] = read();
  const times = Array.from({ length: 15 }, () => {
    const start = performance.now();
    read();
    return performance.now() - start;
  });
  figures[name] = Math.min(...times);
}
console.log(JSON.stringify({ figures, versions: { Node: process.versions.node } }));
