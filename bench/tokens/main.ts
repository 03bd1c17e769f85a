/**
 * @file Text to tokens by tokenizer.model, unigram and BPE with bytes for what is unknown: this project's documents, line by line; with
 * --reference beside SentencePiece's own library in the same run. Both sides must make as many tokens.
 *
 *     npx jiti bench/tokens/main.ts [--reference PYTHON] [--turns 2] [--quick] [--write]
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { InternalError } from "../../src/support/errors.js";
import { ratioText, targetColumns } from "../bars.js";
import { TURNS, turnsOf } from "../options.js";
import { showResults } from "../results.js";
import { inTurns, nodeSide, pythonSide } from "../sides.js";

const { values } = parseArgs({
  options: {
    reference: { type: "string" },
    ...TURNS,
  },
});
const { reference, write } = values;
const turns = turnsOf(values);
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const models = ["unigram", "bpe"];
const documents = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/passes.md", "docs/ops/nn.md"];

const folder = await mkdtemp(join(tmpdir(), "griffin-bench-"));
try {
  const parts = await Promise.all(documents.map((path) => readFile(at(path), "utf8")));
  const text = parts.join("\n");
  const path = join(folder, "text");
  await writeFile(path, text);
  const folders = models.map((model) => join(folder, model));
  for (const [i, model] of models.entries()) {
    await mkdir(folders[i]!);
    await copyFile(at(`test/tokens/sentencepiece/${model}.model`), join(folders[i]!, "tokenizer.model"));
  }
  const found = await inTurns(turns, {
    ours: () => nodeSide(new URL("./ours.mjs", import.meta.url), [path, ...folders]),
    SentencePiece:
      reference === undefined
        ? undefined
        : () => pythonSide(reference, new URL("./reference.py", import.meta.url), [path, ...folders]),
  });
  const [ours, theirs] = [found.ours!.figures, found.SentencePiece?.figures ?? {}];
  const megabytes = Buffer.byteLength(text) / 1e6;
  const speed = (ms: number | undefined): string =>
    ms === undefined ? "-" : ((megabytes / ms) * 1000).toFixed(2);
  const rows = models.map((name) => {
    const counted = `${name}, tokens`;
    if (theirs[counted] !== undefined && theirs[counted] !== ours[counted])
      throw new InternalError(`${name}: ${ours[counted]} tokens here, ${theirs[counted]} by SentencePiece`);
    const ratio = theirs[name] === undefined ? undefined : theirs[name] / ours[name]!;
    return {
      model: name,
      tokens: ours[counted]!,
      "ours, MB/s": speed(ours[name]),
      "SentencePiece, MB/s": speed(theirs[name]),
      ratio: ratioText(ratio),
      ...targetColumns(ratio, { must: 0.3, goal: 1, better: "more" }),
    };
  });
  const about = {
    section: "tokens",
    settings: `${megabytes.toFixed(2)} MB, ${turns} turns`,
    versions: { ...found.ours!.versions, ...found.SentencePiece?.versions },
  };
  await showResults(fileURLToPath(new URL("./", import.meta.url)), { ...about, rows }, write);
} finally {
  await rm(folder, { recursive: true, force: true });
}
