/** @file Every command is ended by a signal while it is at work: within a second or so, with nothing left of what it had begun and no process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { CommandContext } from "../../src/cli/context.js";
import { ownModels } from "../../src/cli/models.js";
import { createProgram } from "../../src/cli/program.js";
import { QUICK_COMPILE } from "../../tools/support/xla-flags.js";
import { demoArtifact } from "../artifact/demo-artifact.js";
import { HANG } from "../engine/isolated/programs.js";
import { main, root, temporaryFolder } from "./griffin.js";

/** Ended by a signal so late, ms, beside others that work, is ended at once. */
const AT_ONCE_MS = 3000;

/** What a command is told, and how far it is when it is ended: what it has printed, or so many ms. FOLDER is a new one. */
interface Long {
  readonly args: string;
  readonly until: RegExp | number;
  /** How an interrupt ends it, if it takes one for itself: it keeps what it has done. */
  readonly interrupted?: number;
}

const DEMO = "--model golden/demo-kjv";
const TRAINING = `${DEMO} --data FOLDER/text.txt --steps 100000 --length 8 --batch 1 --optimizer sgd --remat everything --eval FOLDER/text.txt --eval-every 1`;
const NEW_TOKENS = "--max-new-tokens 1000000";

/** Runs of each command that take long, or undefined where none does. */
const LONG: Readonly<Record<string, readonly Long[] | undefined>> = {
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

let artifact = "";
beforeAll(async () => {
  artifact = await demoArtifact({ withWeights: true, text: true, zip: true });
});

test("no command is missing here", () => {
  const context = new CommandContext({ ...process, stdin: process.stdin } as never, ownModels, []);
  const { program } = createProgram(context);
  expect(Object.keys(LONG).sort()).toEqual(program.commands.map((command) => command.name()).sort());
});

const text = "And it came to pass in those days, that all went to be taxed.\n";
const additions = Array.from(
  { length: 60_000 },
  (_, i) => `  %${i + 1} = stablehlo.add %${i}, %${i} : tensor<2xf32>\n`,
);
const program = `func.func @main(%0: tensor<2xf32>) -> tensor<2xf32> {\n${additions.join("")}  return %60000 : tensor<2xf32>\n}\n`;

/** Comes back when a command has printed something like that, or so many ms are over; with what it printed. */
async function progressOf(child: ChildProcess, until: RegExp | number): Promise<() => string> {
  let printed = "";
  const seen = new Promise<void>((resolve) => {
    const hear = (part: Buffer) => {
      printed += part;
      if (until instanceof RegExp && until.test(printed)) resolve();
    };
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    child.once("exit", resolve);
  });
  if (until instanceof RegExp) await seen;
  else await Promise.race([seen, sleep(until)]);
  return () => printed;
}

/** Whether any process of a group is there. */
function isThere(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

describe.each(["SIGINT", "SIGTERM"] as const)("%s ends", (signal) => {
  const runs = Object.values(LONG).flatMap((long) => long ?? []);

  test.each(runs.map((run) => [run.args, run] as const))(
    "griffin %s",
    async (_, { args, until, interrupted }) => {
      const folder = await temporaryFolder();
      const [temporary, cache, plugins] = [
        await temporaryFolder(),
        await temporaryFolder(),
        await temporaryFolder(),
      ];
      await writeFile(join(folder, "text.txt"), text);
      await writeFile(join(folder, "long.txt"), text.repeat(10_000));
      await writeFile(join(folder, "hang.mlir"), HANG);
      await writeFile(join(folder, "long.mlir"), program);
      const before = await readdir(folder);
      const words = args.replaceAll("FOLDER", folder).replace("ARTIFACT", artifact).split(" ");
      const env = { ...process.env, XLA_FLAGS: QUICK_COMPILE, TMPDIR: temporary, STABLEGRIFFIN_CACHE: cache };
      const own = words[0] === "plugin" ? { STABLEGRIFFIN_PLUGINS: plugins } : {};
      const child = spawn(process.execPath, [main, ...words], {
        cwd: root,
        env: { ...env, ...own },
        detached: true,
      });
      // An answer, and no end of questions.
      child.stdin.write("Who art thou?\n");
      const printed = await progressOf(child, until);
      expect(child.exitCode, printed()).toBe(null);
      const start = performance.now();
      child.kill(signal);
      const ended = await once(child, "exit");
      const ms = performance.now() - start;
      const expected =
        signal === "SIGINT" && interrupted !== undefined ? [interrupted, null] : [null, signal];
      expect(ended, printed()).toEqual(expected);
      expect(ms).toBeLessThan(AT_ONCE_MS);
      // The kernel ends its children with it, each in a moment.
      for (let i = 0; i < 400 && isThere(child.pid!); i++) await sleep(50);
      expect(isThere(child.pid!)).toBe(false);
      const left = [folder, temporary, join(cache, "unpacked"), plugins].map((place) =>
        readdir(place, { recursive: true }).catch(() => []),
      );
      const [made, ...others] = await Promise.all(left);
      expect(others).toEqual([[], [], []]);
      const results = made!.filter((name) => !before.includes(name) && !name.startsWith("trained"));
      expect(results).toEqual([]);
    },
  );
});
