import { chmod, chown, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Client, CompileCache, keyFolder } from "../../../src/runtime-pjrt/index.js";
import { type MachineKey, machineKey } from "../../../src/support/machine-key.js";
import { floats, withClient } from "../cpu.js";
import { addProgram, f32x4, main } from "../programs.js";

const request = { program: addProgram(), signature: { arguments: [f32x4, f32x4], results: [f32x4] } };
const newFolder = () => mkdtemp(join(tmpdir(), "programs-"));

/** Compiles through the cache, runs the program, and gives why it was compiled or not. */
async function compileAndRun(cache: CompileCache, client: Client, more: object = {}): Promise<string> {
  const { executable, reason } = await cache.compile(client, { ...request, ...more });
  using loaded = executable;
  using x = await client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
  const [sum] = await loaded.execute([x, x]);
  expect(floats(await sum!.toHost())).toEqual([2, 4, 6, 8]);
  sum!.close();
  return reason;
}

describe("the compile cache", () => {
  test("compiles once, then loads, also in another client", async () => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      expect(await compileAndRun(cache, client)).toBe("not compiled before");
      expect(await compileAndRun(cache, client)).toBe("compiled before");
    });
    await withClient(async (client) => {
      expect(await compileAndRun(cache, client)).toBe("compiled before");
    });
    expect(await readdir(cache.folder)).toHaveLength(1);
  });

  test("other options or another program are another entry", async () => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      const options = { flags: { xla_cpu_enable_fast_math: false } };
      expect(await compileAndRun(cache, client, { options })).toBe("not compiled before");
      expect(await compileAndRun(cache, client, { program: `${addProgram()} ` })).toBe("not compiled before");
      expect(await readdir(cache.folder)).toHaveLength(3);
    });
  });

  test("compiler variables in the environment are part of the key", async () => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      process.env.LIBTPU_INIT_ARGS = "--other";
      try {
        expect(await compileAndRun(cache, client)).toBe("not compiled before");
      } finally {
        delete process.env.LIBTPU_INIT_ARGS;
      }
      expect(await compileAndRun(cache, client)).toBe("compiled before");
    });
  });

  test.each([
    ["cut", (bytes: Uint8Array) => bytes.subarray(0, 500), /^entry rejected: cut: \d+ of \d+ bytes$/],
    [
      "damaged",
      (bytes: Uint8Array) => bytes.with(-20, bytes.at(-20)! ^ 1),
      /^entry rejected: damaged, or not compiled on this machine: wrong authentication code$/,
    ],
    ["empty", () => new Uint8Array(0), /^entry rejected: no header$/],
  ] as const)("a %s entry is rejected and rebuilt", async (_, damage, reason) => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      const [name] = await readdir(cache.folder);
      const path = join(cache.folder, name!);
      await writeFile(path, damage(await readFile(path)));
      expect(await compileAndRun(cache, client)).toMatch(reason);
      expect(await compileAndRun(cache, client)).toBe("compiled before");
    });
  });

  test("bytes that the plugin refuses are rejected with its words and rebuilt", async () => {
    const { encodeEntry } = await import("../../../src/runtime-pjrt/cache/entry.js");
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      const [name] = await readdir(cache.folder);
      const machine = (await machineKey(keyFolder())) as MachineKey;
      const foreign = encodeEntry(
        machine,
        name!.replace(".program", ""),
        "plugin.so",
        new Uint8Array(50).fill(7),
      );
      await writeFile(join(cache.folder, name!), foreign);
      expect(await compileAndRun(cache, client)).toMatch(/^entry rejected: PJRT INVALID_ARGUMENT: /);
      expect(await compileAndRun(cache, client)).toBe("compiled before");
    });
  });

  test("past its size the entries not used for longest go", async () => {
    const cache = new CompileCache({ folder: await newFolder(), maxBytes: 10_000 });
    await withClient(async (client) => {
      for (let i = 0; i < 5; i++) {
        const program = main(
          "%a: tensor<4xf32>",
          "tensor<4xf32>",
          `    %0 = stablehlo.constant dense<${i}.0> : tensor<4xf32>\n    return %0 : tensor<4xf32>`,
        );
        const { executable } = await cache.compile(client, {
          program,
          signature: { arguments: [f32x4], results: [f32x4] },
        });
        executable.close();
      }
      expect((await cache.usage()).bytes).toBeLessThanOrEqual(10_000);
      expect((await readdir(cache.folder)).length).toBeGreaterThan(0);
      await cache.clear();
      expect(await cache.usage()).toEqual({ programs: 0, bytes: 0 });
    });
  });

  test("a folder that cannot be written costs the cache, not the program", async () => {
    const file = join(await newFolder(), "file");
    await writeFile(file, "");
    const cache = new CompileCache({ folder: join(file, "programs") });
    await withClient(async (client) => {
      expect(await compileAndRun(cache, client)).toMatch(/^the compile cache is not used: ENOTDIR/);
    });
  });

  test("an entry that another machine's key signed is not run", async () => {
    const folder = await newFolder();
    const here = new CompileCache({ folder, keyFolder: await newFolder() });
    const elsewhere = new CompileCache({ folder, keyFolder: await newFolder() });
    await withClient(async (client) => {
      expect(await compileAndRun(elsewhere, client)).toBe("not compiled before");
      expect(await compileAndRun(here, client)).toBe(
        "entry rejected: damaged, or not compiled on this machine: wrong authentication code",
      );
      expect(await compileAndRun(here, client)).toBe("compiled before");
    });
  });

  test("an entry that others can write is not run, but made anew", async () => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      const path = join(cache.folder, (await readdir(cache.folder))[0]!);
      await chmod(path, 0o666);
      expect(await compileAndRun(cache, client)).toBe(
        `entry rejected: ${path} can be written by other users (mode 666)`,
      );
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await compileAndRun(cache, client)).toBe("compiled before");
    });
  });

  test.runIf(process.getuid?.() === 0)("an entry of another user is not run", async () => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      const path = join(cache.folder, (await readdir(cache.folder))[0]!);
      await chown(path, 65534, 65534);
      expect(await compileAndRun(cache, client)).toBe(
        `entry rejected: ${path} belongs to another user (uid 65534, this process has 0)`,
      );
    });
  });

  test("a folder that others can write is not used; why is said once, with what to do", async () => {
    const folder = await newFolder();
    await chmod(folder, 0o777);
    const told: string[] = [];
    const cache = new CompileCache({ folder, onProblem: (problem) => told.push(problem) });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      await compileAndRun(cache, client);
    });
    expect(told).toEqual([
      `the compile cache is not used: ${folder} can be written by other users (mode 777); chmod go-w ${folder}`,
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a key that others can read signs nothing", async () => {
    const keys = await newFolder();
    const cache = new CompileCache({ folder: await newFolder(), keyFolder: keys });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      await chmod(join(keys, "key"), 0o644);
      expect(await compileAndRun(cache, client)).toBe(
        `the compile cache is not used: ${keys}/key can be read by other users (mode 644); chmod go-rwx ${keys}/key`,
      );
    });
  });

  test("an entry that cannot be put into its place leaves nothing behind", async () => {
    const cache = new CompileCache({ folder: await newFolder() });
    await withClient(async (client) => {
      await compileAndRun(cache, client);
      const [name] = await readdir(cache.folder);
      await cache.clear();
      // What is rejected is removed before the program is compiled: something must lie there afterwards.
      const compile = client.compile.bind(client);
      client.compile = async (...args) => {
        await mkdir(join(cache.folder, name!, "taken"), { recursive: true });
        return compile(...args);
      };
      expect(await compileAndRun(cache, client)).toMatch(/^not compiled before; not kept: E/);
      expect(await readdir(cache.folder)).toEqual([name]);
    });
  });
});
