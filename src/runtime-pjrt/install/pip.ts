/** @file Downloads one pinned wheel with pip, with progress. */
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../../support/environment.js";
import { makeFolders } from "../../support/folders.js";
import { EnvironmentError } from "../../support/errors.js";
import type { WaitOptions } from "../../support/wait.js";
import { runChild } from "../../support/child.js";
import type { PluginWheel } from "./wheels.js";

const POLL_MS = 200;

/** Size of the largest wheel below a folder, while pip writes it. */
async function largestWheel(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names
    .filter((name) => name.endsWith(".whl"))
    .map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return Math.max(0, ...(await Promise.all(sizes)));
}

const NOT_OURS = "python3 starts Python in another process than its own";

/**
 * Runs pip so that it ends with the process that started it (its id comes first), even one that is killed: on Linux the kernel sees to it
 * (prctl, PR_SET_PDEATHSIG = 1). Another parent is a script in between, or ours has ended already and nobody reads the message.
 */
const RUN_PIP = `import ctypes, os, runpy, signal, sys
parent = int(sys.argv.pop(1))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent: sys.exit("${NOT_OURS}")
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)`;

function pipArguments(wheel: PluginWheel, requirements: string, target: string): string[] {
  const interpreter =
    wheel.python === undefined
      ? []
      : [
          "--python-version",
          wheel.python,
          "--implementation",
          "cp",
          "--abi",
          `cp${wheel.python.replace(".", "")}`,
        ];
  return [
    ...[
      "-c",
      RUN_PIP,
      String(process.pid),
      "download",
      "--no-deps",
      "--no-cache-dir",
      "--disable-pip-version-check",
      "--quiet",
    ],
    ...["--only-binary", ":all:", "--platform", wheel.platform, ...interpreter],
    ...["--require-hashes", "--requirement", requirements, "--dest", target],
  ];
}

/**
 * Downloads a wheel into `folder` and gives its path; pip checks the hash.
 * @param onBytes called with the bytes that have arrived
 * @param env variables that say where Python is, and how it reaches the network
 * @throws AbortedError, with pip ended; EnvironmentError without python3, without pip, or with pip's last words
 */
export async function downloadWheel(
  wheel: PluginWheel,
  folder: string,
  onBytes: (bytes: number) => void,
  env: Environment = process.env,
  options: WaitOptions = {},
): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  const target = join(folder, "wheel");
  const temporary = join(folder, "tmp");
  await makeFolders(temporary);
  await writeFile(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const timer = setInterval(() => void largestWheel(folder).then(onBytes), POLL_MS);
  try {
    const what = `downloading ${wheel.package} ${wheel.version}`;
    const args = pipArguments(wheel, requirements, target);
    const result = await runChild(what, "python3", args, { ...env, TMPDIR: temporary }, options);
    if (result.exitCode !== 0)
      throw pipFailure(wheel, result.code, result.all || (result.shortMessage ?? ""));
  } finally {
    clearInterval(timer);
  }
  const name = (await readdir(target)).find((file) => file.endsWith(".whl"));
  if (name === undefined) throw pipFailure(wheel, undefined, "pip said nothing and left no wheel");
  return join(target, name);
}

function pipFailure(wheel: PluginWheel, code: string | undefined, output: string): EnvironmentError {
  const what = `cannot download ${wheel.package} ${wheel.version}`;
  const giveAPath = "or give the path of a plugin that you have";
  if (code === "ENOENT") {
    return new EnvironmentError({
      message: `${what}: there is no python3`,
      hint: `install python3 with pip, ${giveAPath}`,
    });
  }
  if (/No module named pip/.test(output)) {
    return new EnvironmentError({
      message: `${what}: python3 has no pip`,
      hint: `install pip (python3 -m ensurepip), ${giveAPath}`,
    });
  }
  if (output.includes(NOT_OURS)) {
    return new EnvironmentError({
      message: `${what}: ${NOT_OURS}: pip would not end with this one`,
      hint: `put Python itself first in PATH, or let the script end with \`exec\`, ${giveAPath}`,
    });
  }
  return new EnvironmentError({
    message: `${what}: pip failed`,
    details: output.trim().split("\n").slice(-8),
    hint: `check the network and pip's settings, ${giveAPath}`,
  });
}
