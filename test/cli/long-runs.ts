/** @file Runs of every command that take long, for what ends them before. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HANG } from "../engine/isolated/programs.js";

/** What a command is told, and how far it is when it is ended: what it has printed, or so many ms. FOLDER is a new one. */
export interface Long {
  readonly args: string;
  readonly until: RegExp | number;
  /** How an interrupt ends it, if it takes one for itself: it keeps what it has done. */
  readonly interrupted?: number;
}

const DEMO = "--model golden/demo-kjv";
const TRAINING = `${DEMO} --data FOLDER/text.txt --steps 100000 --length 8 --batch 1 --optimizer sgd --remat everything --eval FOLDER/text.txt --eval-every 1`;
const NEW_TOKENS = "--max-new-tokens 1000000";

/** Runs of each command that take long, or undefined where none does. */
export const LONG: Readonly<Record<string, readonly Long[] | undefined>> = {
  demo: [{ args: `demo ${NEW_TOKENS}`, until: /those days/ }],
  doctor: [{ args: "doctor", until: 400 }],
  generate: [
    { args: `generate ${DEMO} --prompt In ${NEW_TOKENS}`, until: /\w/ },
    { args: `generate --artifact ARTIFACT --prompt In ${NEW_TOKENS}`, until: /\w/ },
    { args: `generate ${DEMO} --prompt In --no-cache ${NEW_TOKENS}`, until: 900 },
    { args: `generate ${DEMO} - ${NEW_TOKENS}`, until: 600 },
  ],
  chat: [
    { args: `chat ${DEMO} ${NEW_TOKENS}`, until: /\w/ },
    { args: `chat ${DEMO} --no-cache ${NEW_TOKENS}`, until: 900 },
  ],
  train: [
    { args: `train ${TRAINING} --out FOLDER/trained`, until: /step 2:/, interrupted: 130 },
    { args: `train ${TRAINING} --no-cache --out FOLDER/trained`, until: /0 steps/ },
  ],
  eval: [{ args: `eval ${DEMO} --data FOLDER/long.txt --batch 1`, until: 3000 }],
  golden: [{ args: "golden check golden/demo-kjv golden/odd-widths golden/bf16 --no-cache", until: 3000 }],
  export: [
    { args: "export --preset recurrentgemma-2b -o FOLDER/out", until: 1500 },
    { args: `export ${DEMO} --with-weights --compile --zip -o FOLDER/out.zip`, until: 2500 },
  ],
  inspect: [{ args: "inspect ARTIFACT --verify", until: 350 }],
  convert: [{ args: "convert golden/demo-kjv FOLDER/out.pt", until: 400 }],
  lower: [{ args: "lower --preset recurrentgemma-9b", until: 900 }],
  cost: [{ args: "cost --preset tiny-hawk --target cpu", until: 900 }],
  graph: [{ args: "graph --preset recurrentgemma-2b", until: 900 }],
  opt: [
    { args: "opt - --pass-pipeline=cse", until: 400 },
    { args: "opt FOLDER/long.mlir --pass-pipeline=cse,canonicalize", until: 900 },
  ],
  run: [
    { args: "run FOLDER/hang.mlir", until: 2000 },
    { args: "run -", until: 600 },
  ],
  conform: [{ args: "conform", until: 1000 }],
  plugin: [{ args: "plugin install cpu", until: 700 }],
  completion: undefined,
  version: undefined,
};

const text = "And it came to pass in those days, that all went to be taxed.\n";
const additions = Array.from(
  { length: 60_000 },
  (_, i) => `  %${i + 1} = stablehlo.add %${i}, %${i} : tensor<2xf32>\n`,
);
const program = `func.func @main(%0: tensor<2xf32>) -> tensor<2xf32> {\n${additions.join("")}  return %60000 : tensor<2xf32>\n}\n`;

/** What the runs read, in a folder. */
export async function writeInputs(folder: string): Promise<void> {
  await writeFile(join(folder, "text.txt"), text);
  await writeFile(join(folder, "long.txt"), text.repeat(10_000));
  await writeFile(join(folder, "hang.mlir"), HANG);
  await writeFile(join(folder, "long.mlir"), program);
}

/** The words of a run, with a folder and an artifact in their places. */
export const wordsOf = (args: string, folder: string, artifact: string): readonly string[] =>
  args.replaceAll("FOLDER", folder).replace("ARTIFACT", artifact).split(" ");
