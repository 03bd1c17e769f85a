/** @file An artifact of one program that somebody put other things into than files of its own. */
import { cp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { describeArtifact } from "../../src/artifact/index.js";
import { axis, program, spec } from "../../src/dsl/index.js";
import { exportProgram, openProgram } from "../../src/engine/index.js";
import { nestedJson, replaceBy, strangeFiles } from "../support/files/strange-files.js";
import { errorText, temporaryFolder } from "../weights/files.js";
import { sharedFolder } from "./exported.js";

const shared = await sharedFolder();
const whole = join(shared, "scaled");
const n = axis("n", 2);
const scaled = program(
  { name: "scaled", inputs: { x: spec([n], "f32") }, parameters: { w: spec([n], "f32") } },
  ({ x }, { w }) => ({ y: x.mul(w) }),
);
beforeAll(async () => {
  await exportProgram(scaled, whole, { parameters: { w: [2, 3] } });
});

/** What opening says of a copy that something was done to. */
async function complaint(change: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(await temporaryFolder(), "copy");
  await cp(whole, folder, { recursive: true });
  await change(folder);
  const text = await errorText(async () => {
    await using opened = await openProgram(folder);
    expect(opened).toBeUndefined();
  });
  return text.replaceAll(folder, "ARTIFACT");
}

const SMALL = { timeout: 20_000 };

describe.each(Object.keys(strangeFiles))("%s is neither waited for nor read", (what) => {
  const isLarge = what === "a file of a terabyte";
  const isLoop = what === "a link to itself";

  test.each([
    ["manifest.json", 2 ** 24],
    ["manifest.sha256", 80],
  ])("in the place of %s", SMALL, async (file, most) => {
    const text = await complaint((folder) => replaceBy(what, join(folder, file)));
    if (isLoop) expect(text).toMatch(new RegExp(`^artifact error: ${file}: cannot be read \\(ELOOP: `));
    else
      expect(text).toBe(
        isLarge
          ? `artifact error: ${file}: too large\n  expected: at most ${most} bytes\n  got:      1099511627776 bytes\n  at:       ARTIFACT`
          : `artifact error: ${file}: not a file\n  at:       ARTIFACT`,
      );
  });

  test.each(["program.mlirbc", "README.md", "weights.safetensors"])(
    "in the place of %s",
    SMALL,
    async (file) => {
      const text = await complaint((folder) => replaceBy(what, join(folder, file)));
      const problem = isLarge ? "changed" : isLoop ? "missing" : "not a file";
      expect(text.split("\n")[0]).toBe(`artifact error: ${file}: ${problem}`);
    },
  );

  test("in the place of the whole artifact", SMALL, async () => {
    if (what === "a folder") return;
    const path = join(await temporaryFolder(), "artifact");
    await replaceBy(what, path);
    const text = (await errorText(() => openProgram(path))).replaceAll(path, "ARTIFACT");
    expect(text).toMatch(
      /^artifact error: artifact: (?:not a file|does not exist)\n|^artifact error: archive: /,
    );
  });
});

describe("a link", () => {
  test("to another file is that file, whose bytes must be those of the manifest", async () => {
    const other = join(await temporaryFolder(), "other");
    await writeFile(other, (await readFile(join(whole, "README.md"), "utf8")).replace("scaled", "sealed"));
    const text = await complaint(async (folder) => {
      await rm(join(folder, "README.md"));
      await symlink(other, join(folder, "README.md"));
    });
    expect(text).toMatch(/^artifact error: README\.md: changed\n {2}expected: SHA-256 /);
  });
});

describe("a manifest", () => {
  test.each(["[", '{"a":'] as const)(
    "that nests %s a hundred thousand times is refused",
    SMALL,
    async (opening) => {
      const text = await complaint((folder) =>
        writeFile(join(folder, "manifest.json"), nestedJson(100_000, opening)),
      );
      expect(text).toBe(
        `artifact error: manifest.json: cannot be parsed: nested more than 200 deep at position ${200 * opening.length}\n  at:       ARTIFACT`,
      );
    },
  );

  test("of numbers beyond all sizes, or of keys that objects inherit, is refused", async () => {
    const text = await readFile(join(whole, "manifest.json"), "utf8");
    const changed = (from: RegExp, to: string) =>
      complaint((folder) => {
        expect(text).toMatch(from);
        return writeFile(join(folder, "manifest.json"), text.replace(from, to));
      });
    const [size] = /"dimensions": \[\d+\]/.exec(text)!;
    expect(size).toBe('"dimensions": [2]');
    expect(await changed(/"dimensions": \[2\]/, '"dimensions": [1e400]')).toMatch(
      /^artifact error: manifest\.json\.arguments\.0\.dimensions\.0: /,
    );
    expect(await changed(/"bytes": \d+/, '"bytes": 9007199254740993')).toMatch(
      /^artifact error: manifest\.json\.files\.0\.bytes: /,
    );
    expect(await changed(/^\{/, '{ "__proto__": { "polluted": true },')).toMatch(/^artifact error: /);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("whose words a terminal would obey is told with their numbers", async () => {
    const text = await readFile(join(whole, "manifest.json"), "utf8");
    const said = await complaint((folder) =>
      writeFile(
        join(folder, "manifest.json"),
        text.replace(/"target": "[^"]*"/, '"target": "cpu", "\\u001b[2J\\u202e": 1'),
      ),
    );
    expect(said).toMatch(
      /^artifact error: manifest\.json: .*"\\u\{1b\}\[2J\\u\{202e\}"\n {2}at: {7}ARTIFACT$/,
    );
  });

  test("a signature that is no file is a wrong one", SMALL, async () => {
    const folder = join(await temporaryFolder(), "copy");
    await cp(whole, folder, { recursive: true });
    await replaceBy("a pipe that nobody writes to", join(folder, "signature.json"));
    expect((await describeArtifact(folder)).signature).toEqual({ state: "wrong", reason: "not a file" });
  });
});
