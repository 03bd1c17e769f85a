import { chmod, copyFile, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root, temporaryFolder } from "../cli/griffin.js";

/** A clone with one dependency, an npm that only notes its arguments and "installs", and a bundler that does likewise. */
async function freshClone(): Promise<string> {
  const folder = await temporaryFolder();
  const lock = {
    packages: {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "2.0.0", optional: true },
    },
  };
  for (const name of ["tools", "src", "models", "bin"]) await mkdir(join(folder, name));
  await copyFile(join(root, "tools/bootstrap.mjs"), join(folder, "tools/bootstrap.mjs"));
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
  for (const name of ["package.json", "tsconfig.json", "src/a.ts", "models/b.ts"])
    await writeFile(join(folder, name), "{}");
  const installed = JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } });
  const npm = `#!/bin/sh
echo "npm $@" >> log
mkdir -p node_modules
echo '${installed}' > node_modules/.package-lock.json
`;
  const bundle = `import { appendFileSync } from "node:fs";\nappendFileSync("log", "bundle\\n");`;
  await writeFile(join(folder, "tools/bundle.mjs"), bundle);
  await writeFile(join(folder, "bin/npm"), npm);
  await chmod(join(folder, "bin/npm"), 0o755);
  return folder;
}

/** Runs the script; what it said, and what it ran since the last time. */
async function bootstrap(folder: string, ...args: string[]) {
  const script = join(folder, "tools/bootstrap.mjs");
  const { exitCode, stdout, stderr } = await execa(process.execPath, [script, ...args], {
    cwd: folder,
    reject: false,
    env: { PATH: `${join(folder, "bin")}:${process.env.PATH}` },
  });
  const log = join(folder, "log");
  const ran = await readFile(log, "utf8").catch(() => "");
  await rm(log, { force: true });
  return { exitCode, stdout, stderr, ran: ran.split("\n").filter(Boolean) };
}

const nothing = { exitCode: 0, stdout: "", stderr: "", ran: [] };

test("a fresh clone is installed from the lock file and built; after that there is nothing to do or say", async () => {
  const folder = await freshClone();
  expect(await bootstrap(folder, "--build")).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "installing dependencies from package-lock.json (npm ci) ...\nbundling ...",
    ran: ["npm ci --no-progress --ignore-scripts", "bundle"],
  });
  expect(await bootstrap(folder, "--build")).toEqual(nothing);
});

test("a source that is newer than the build is compiled", async () => {
  const folder = await freshClone();
  await bootstrap(folder, "--build");
  const soon = new Date(Date.now() + 5_000);
  await utimes(join(folder, "models/b.ts"), soon, soon);
  expect((await bootstrap(folder, "--build")).ran).toEqual(["bundle"]);
});

test("another version in the lock file is installed", async () => {
  const folder = await freshClone();
  await bootstrap(folder);
  const lock = { packages: { "": {}, "node_modules/a": { version: "1.0.1" } } };
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
  expect((await bootstrap(folder)).ran).toEqual(["npm ci --no-progress --ignore-scripts"]);
});

test("an npm that fails is named, with exit code 3", async () => {
  const folder = await freshClone();
  await writeFile(join(folder, "bin/npm"), "#!/bin/sh\nexit 1\n");
  expect(await bootstrap(folder)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("environment error: npm ci failed\n"),
  });
});
