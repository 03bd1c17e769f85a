import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { originalPosition } from "../../src/support/source-map.js";

/** Line 2, column 3 of what was made is line 7, column 5 of the source: `;EAMI`. */
const map = { version: 3, sources: ["src/model.ts"], names: [], mappings: ";EAMI" };

function files(content: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "griffin-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(content)) writeFileSync(join(folder, name), text);
  return folder;
}

const positionIn = (folder: string, line: number, column: number) =>
  originalPosition({ file: join(folder, "model.js"), line, column });

test("a position is that of the source which the map beside a file names", () => {
  const folder = files({
    "model.js": "\n  f();\n//# sourceMappingURL=model.js.map\n",
    "model.js.map": JSON.stringify(map),
  });
  expect(positionIn(folder, 2, 3)).toEqual({ file: join(folder, "src/model.ts"), line: 7, column: 5 });
});

test("a map may stand in the file itself, and have a root for its sources", () => {
  const inline = Buffer.from(JSON.stringify({ ...map, sourceRoot: "../lib" })).toString("base64");
  const folder = files({
    "model.js": `\n  f();\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${inline}`,
  });
  expect(positionIn(folder, 2, 4)).toEqual({ file: join(folder, "../lib/src/model.ts"), line: 7, column: 5 });
});

test("a line that the map says nothing of stays where it is: its neighbours' places are not its own", () => {
  const folder = files({
    "model.js": "\n  f();\n\n//# sourceMappingURL=model.js.map\n",
    "model.js.map": JSON.stringify(map),
  });
  for (const line of [1, 3]) expect(positionIn(folder, line, 1).line).toBe(line);
});

test.each([
  ["no map", "f();"],
  ["a map that is not there", "f();\n//# sourceMappingURL=other.map"],
  ["a map that is none", "f();\n//# sourceMappingURL=data:application/json;base64,e30="],
])("a file with %s keeps its positions", (_name, text) => {
  const folder = files({ "model.js": text });
  const position = { file: join(folder, "model.js"), line: 1, column: 1 };
  expect(originalPosition(position)).toEqual(position);
});
