import { mkdir, mkdtemp, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  cacheFolder,
  findPlugin,
  installPlugin,
  isPluginPath,
  searchPlugin,
} from "../../../src/runtime-pjrt/index.js";
import { installedPath } from "../../../src/runtime-pjrt/install/install.js";
import { PLUGIN_WHEELS, wheelFor } from "../../../src/runtime-pjrt/install/wheels.js";

const VARIABLES = [
  "STABLEGRIFFIN_CACHE",
  "STABLEGRIFFIN_PLUGINS",
  "PJRT_NAMES_AND_LIBRARY_PATHS",
  "PJRT_PLUGIN_LIBRARY_PATH",
  "TPU_LIBRARY_PATH",
  "PATH",
] as const;
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "discover-"));
  for (const name of VARIABLES) delete process.env[name];
  process.env.STABLEGRIFFIN_CACHE = join(folder, "cache");
  process.env.PATH = folder;
});
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

async function touch(...path: readonly string[]): Promise<string> {
  const file = join(folder, ...path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "");
  return file;
}

const found = async (plugin: string) => {
  const { path, source } = await findPlugin(plugin);
  return [path, source];
};

describe("a plugin is found", () => {
  test("by its path, whatever else there is", async () => {
    const path = await touch("mine.so");
    process.env.PJRT_NAMES_AND_LIBRARY_PATHS = `cpu:${await touch("other.so")}`;
    expect(await found(path)).toEqual([path, "given path"]);
  });

  test("by JAX's list of names and paths", async () => {
    const path = await touch("jax.so");
    process.env.PJRT_NAMES_AND_LIBRARY_PATHS = `tpu:/nowhere.so,cpu:${path}`;
    expect(await found("cpu")).toEqual([path, "PJRT_NAMES_AND_LIBRARY_PATHS"]);
  });

  test("by a folder of plugins, under the names that people use", async () => {
    const path = await touch("b", "pjrt-plugin-cpu.so");
    process.env.PJRT_PLUGIN_LIBRARY_PATH = `${join(folder, "a")}:${join(folder, "b")}`;
    expect(await found("cpu")).toEqual([path, "PJRT_PLUGIN_LIBRARY_PATH"]);
  });

  test("libtpu by its own variable", async () => {
    const path = await touch("libtpu.so");
    process.env.TPU_LIBRARY_PATH = path;
    expect(await found("tpu")).toEqual([path, "TPU_LIBRARY_PATH"]);
    expect((await searchPlugin("cpu")).map(({ source }) => source)).not.toContain("TPU_LIBRARY_PATH");
  });

  test("in the cache folder, if the library is whole", async () => {
    const wheel = wheelFor("cpu")!;
    const path = installedPath(wheel);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "");
    await expect(findPlugin("cpu")).rejects.toThrow("no cpu plugin found");
    await truncate(path, wheel.libraryBytes);
    expect(await found("cpu")).toEqual([path, "cache folder"]);
  });
});

describe("a plugin that is nowhere", () => {
  test.each(["constructor", "toString", "__proto__"])(
    "%s has no wheel and no library in Python",
    async (name) => {
      expect(wheelFor(name)).toBeUndefined();
      await expect(findPlugin(name)).rejects.toThrow(`no ${name} plugin found`);
    },
  );

  test("is told with all places that were looked at, and how to get it", async () => {
    process.env.PJRT_NAMES_AND_LIBRARY_PATHS = "cpu:/nowhere/cpu.so";
    const message = await findPlugin("cpu").catch((error: Error) => error.message);
    expect(message).toBe(
      [
        "environment error: no cpu plugin found",
        "  looked at:",
        "    /nowhere/cpu.so (PJRT_NAMES_AND_LIBRARY_PATHS)",
        `    ${folder}/cache/plugins/lammps-jax-pjrt-cpu-0.11.2/pjrt_c_api_cpu_plugin.so (cache folder)`,
        "    no python3 (Python packages)",
        "  hint:     install it: griffin plugin install cpu",
      ].join("\n"),
    );
  });

  test("is told what may have been meant by a slip", async () => {
    await expect(findPlugin("cppu")).rejects.toThrow("no cppu plugin found\n  hint:     did you mean cpu?");
  });

  test("the interpreter is none, and is asked for otherwise", async () => {
    await expect(findPlugin("interpreter")).rejects.toThrow(
      [
        "environment error: no interpreter plugin found",
        '  hint:     the interpreter is no plugin: compile(program, { on: "interpreter" }), griffin run --interpret',
      ].join("\n"),
    );
  });

  test("by path says so", async () => {
    await expect(findPlugin("/nowhere/x.so")).rejects.toThrow("no such plugin: /nowhere/x.so");
  });

  test("installing without python3 says what is missing", async () => {
    await expect(findPlugin("cpu", { install: true })).rejects.toThrow(
      [
        "environment error: cannot download lammps-jax-pjrt-cpu 0.11.2: there is no python3",
        "  hint:     install python3 with pip, or give the path of a plugin that you have",
      ].join("\n"),
    );
  });

  test("installing with a python3 that has no pip says so", async () => {
    await writeFile(join(folder, "python3"), "#!/bin/sh\necho 'python3: No module named pip' >&2\nexit 1\n", {
      mode: 0o755,
    });
    await expect(findPlugin("cpu", { install: true })).rejects.toThrow("python3 has no pip");
  });

  test("installing with a python3 that is a script around another process says so", async () => {
    const wrapper = `#!/bin/sh\nexport PATH='${before.PATH}'\npython3 "$@"\nexit $?\n`;
    await writeFile(join(folder, "python3"), wrapper, { mode: 0o755 });
    await expect(installPlugin("cpu")).rejects.toThrow(
      [
        "environment error: cannot download lammps-jax-pjrt-cpu 0.11.2: python3 starts Python in another process than its own: pip would not end with this one",
        "  hint:     put Python itself first in PATH, or let the script end with `exec`, or give the path of a plugin that you have",
      ].join("\n"),
    );
  });

  test("pip's last words are passed on", async () => {
    await writeFile(join(folder, "python3"), "#!/bin/sh\necho 'ERROR: no route to host' >&2\nexit 1\n", {
      mode: 0o755,
    });
    await expect(findPlugin("cpu", { install: true })).rejects.toThrow(
      /pip failed\n {2}ERROR: no route to host/,
    );
  });
});

describe("names and folders", () => {
  test.each([
    ["cpu", false],
    ["xla-cpu-pjrt", false],
    ["./cpu", true],
    ["plugin.so", true],
    ["plugin.so.1.2", true],
    ["plugin.dylib", true],
  ])("%s is a path: %s", (plugin, isPath) => {
    expect(isPluginPath(plugin)).toBe(isPath);
  });

  test("the cache folder follows STABLEGRIFFIN_CACHE, then XDG_CACHE_HOME, then the home folder", () => {
    expect(cacheFolder({ STABLEGRIFFIN_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
    expect(cacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/stablegriffin");
    expect(cacheFolder({ XDG_CACHE_HOME: "relative" })).toMatch(/\/\.cache\/stablegriffin$/);
    expect(cacheFolder({})).toMatch(/\/\.cache\/stablegriffin$/);
  });

  test("every wheel is pinned by a version and a SHA-256", () => {
    for (const { version, sha256 } of Object.values(PLUGIN_WHEELS)) {
      expect([/^\d/.test(version), /^[0-9a-f]{64}$/.test(sha256)]).toEqual([true, true]);
    }
  });
});

describe("a python3 that does not answer", () => {
  beforeEach(async () => {
    // A child of the script keeps its output open after the script was ended.
    await writeFile(join(folder, "python3"), "#!/bin/sh\n/bin/sleep 30\n", { mode: 0o755 });
  });

  test("is said to be silent after a while", async () => {
    expect((await searchPlugin("cpu", process.env, { timeoutMs: 200 })).at(-1)).toEqual({
      source: "Python packages",
      path: "python3 did not answer in 200 ms",
      found: false,
    });
  }, 5000);

  test("is ended by the caller's signal", async () => {
    const search = findPlugin("cpu", { signal: AbortSignal.timeout(200) });
    await expect(search).rejects.toThrow(
      /^aborted: asking python3 for its packages was aborted after \d+ ms/,
    );
  }, 5000);

  test("and is ended when it should install", async () => {
    const install = installPlugin("cpu", { timeoutMs: 200 });
    await expect(install).rejects.toThrow(/^aborted: downloading \S+ \S+ did not end in 200 ms/);
  }, 5000);
});
