/**
 * @file Kills processes at random moments, over and over, while they write the compile cache or install a plugin; after each kill
 * the next run must work. Prints one JSON object; exit code 1 if any run failed.
 *
 *     npx jiti bench/runtime/kill.ts [--times 100] [--wheel FILE]
 *
 * The wheel of xla-cpu-pjrt, if given, spares downloading it each time: pip takes it from its folder.
 */
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { cacheFolder, pluginsFolder } from "../../src/runtime-pjrt/install/cache-folder.js";

const { values } = parseArgs({
  options: { times: { type: "string", default: "100" }, wheel: { type: "string" } },
});
const times = Number(values.times);
const child = fileURLToPath(new URL("./kill-child.ts", import.meta.url));

function start(mode: string, env: Readonly<Record<string, string>>, timeout?: number) {
  return execa(process.execPath, ["--import", "jiti/register", child, mode], {
    env,
    reject: false,
    ...(timeout !== undefined && { timeout, killSignal: "SIGKILL" as const }),
  });
}

/** Kills `times` runs at moments spread over `longestMs`; after each, and in the end, a whole run must say "ok". */
async function torture(mode: string, env: Readonly<Record<string, string>>, longestMs: number) {
  let killed = 0;
  const failures: string[] = [];
  for (let i = 0; i < times; i++) {
    const run = await start(mode, env, 150 + Math.random() * longestMs);
    if (run.signal === "SIGKILL") killed++;
    else if (run.exitCode !== 0) failures.push(run.stderr);
  }
  const last = await start(mode, env);
  if (last.stdout !== "ok") failures.push(last.stderr || last.stdout);
  return { runs: times, killed, failures };
}

const folder = await mkdtemp(join(tmpdir(), "kill-"));
const local = values.wheel === undefined ? {} : { PIP_NO_INDEX: "1", PIP_FIND_LINKS: dirname(values.wheel) };
// The programs are written to a folder of their own; the plugin is the one that is installed already.
const cache = await torture(
  "cache",
  {
    KILL_FOLDER: join(folder, "programs"),
    STABLEGRIFFIN_CACHE: cacheFolder(),
    STABLEGRIFFIN_PLUGINS: pluginsFolder(),
  },
  1200,
);
// Both folders are its own: it removes the plugin that it installed.
const plugins = join(folder, "plugins");
const install = await torture(
  "install",
  { STABLEGRIFFIN_CACHE: join(folder, "cache"), STABLEGRIFFIN_PLUGINS: plugins, ...local },
  4000,
);
const left = await readdir(plugins);
console.log(JSON.stringify({ cache, install, left }, null, 2));
process.exitCode = cache.failures.length + install.failures.length === 0 && left.length === 1 ? 0 : 1;
