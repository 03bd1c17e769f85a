/** @file The tutorial followed word by word: its files saved and run, its commands given to a shell, and what it shows held to what they print. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { blocksOf } from "../docs/examples.js";

/** Files that are there to be imported, or that run until they are stopped: a command of the tutorial runs those. */
const NOT_RUN = ["model.js", "serve.js"];

/** The tutorial at hand. */
interface Followed {
  /** Its text. */
  readonly text: string;
  /** The package, which stands for its name in a registry. */
  readonly tarball: string;
  /** Executable of the Node that runs everything, npm included. */
  readonly node: string;
  /** An empty folder is made here. */
  readonly work: string;
}

/** @returns what was done, for people @throws Error with the step that failed, or shows something else */
export async function followTutorial({ text, tarball, node, work }: Followed): Promise<string> {
  const folder = await mkdtemp(join(work, "tutorial-"));
  const port = await freePort();
  const env = {
    NODE_OPTIONS: "",
    PORT: `${port}`,
    PATH: [dirname(node), process.env.PATH].join(delimiter),
  };
  const project = join(folder, "rhyme");
  const run = async (file: string, args: readonly string[], cwd = project): Promise<string> => {
    const { stdout, all, exitCode } = await execa(file, args, { cwd, env, reject: false, all: true });
    if (exitCode !== 0) throw new Error(`${[basename(file), ...args].join(" ")}\n${all}`);
    return stdout;
  };
  const hasNumpy = await execa("python3", ["-c", "import numpy"], { env, reject: false });
  let told: string | undefined;
  let steps = 0;
  for (const { language, source, text: block } of blocksOf(text)) {
    if (language === "js") {
      const name = `${basename(source, ".ts")}.js`;
      await writeFile(join(project, name), block);
      told = NOT_RUN.includes(name) ? undefined : await run(node, [name]);
    } else if (language === "sh") {
      const isFirst = block.startsWith("mkdir ");
      const shell = block.replace("install stablegriffin", `install ${tarball}`).replace(":8080", `:${port}`);
      told = await run(
        "bash",
        ["-ec", `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${shell}`],
        isFirst ? folder : project,
      );
    } else if (language === "python") {
      told = hasNumpy.exitCode === 0 ? await run("python3", ["-c", block]) : undefined;
    } else if (!block.startsWith("shape error") && told !== undefined && told.trimEnd() !== block.trimEnd()) {
      throw new Error(`the tutorial shows\n${block}\nand what it says to run prints\n${told}`);
    }
    steps++;
  }
  await rm(folder, { recursive: true });
  return `${steps} blocks${hasNumpy.exitCode === 0 ? ", numpy's too" : "; python3 has no numpy"}`;
}

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** The text of the tutorial of a package. */
export const readTutorial = (folder: string): Promise<string> =>
  readFile(join(folder, "docs", "tutorial.md"), "utf8");
