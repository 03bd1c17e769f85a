/** Documents: what they say that is said elsewhere too is the same; their commands are ones that the command line takes. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../cli/griffin.js";
import { commandLine, leaves } from "../../tools/docs/command-line.js";
import { blocksOf } from "../../tools/docs/examples.js";
import { allDocuments, generatedPages, writtenDocuments } from "../../tools/docs/pages.js";
import { griffinLines, parseGriffin } from "./commands.js";

const generated = generatedPages();
const written = writtenDocuments(root, generated.keys());
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const blocks = written.flatMap((path) => blocksOf(textOf(path)).map((block) => ({ path, ...block })));

test("every page and every example in a document is as its table or file says (npm run docs:make)", () => {
  const different = [...allDocuments(root)].filter(
    ([path, text]) => !existsSync(join(root, path)) || textOf(path) !== text,
  );
  expect(different.map(([path]) => path)).toEqual([]);
});

test("every block of code is an example that is compiled and run", () => {
  const loose = blocks.filter(({ language, source }) => /^(ts|js)$/.test(language) && source === "");
  expect(loose.map(({ path, text }) => `${path}: ${text.split("\n")[0]}`)).toEqual([]);
});

test("every link between documents leads to a file", () => {
  const dead = written.flatMap((path) =>
    [...textOf(path).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test("the API reference has every entry of the package", () => {
  const { exports } = JSON.parse(textOf("package.json")) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  const { entryPoints } = JSON.parse(textOf("typedoc.json")) as { readonly entryPoints: readonly string[] };
  const entries = Object.values(exports).filter((path) => path.startsWith("./dist/"));
  expect(entryPoints).toEqual(entries.map((path) => path.replace("./dist/", "").replace(/\.js$/, ".ts")));
});

describe("commands", () => {
  const lines = [
    ...blocks
      .filter(({ language }) => language === "sh")
      .flatMap(({ path, text }) => griffinLines(text).map((line) => [path, line] as const)),
    ...leaves(commandLine()).flatMap(([name, command]) => {
      let help = "";
      command
        .configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 200 })
        .outputHelp();
      return griffinLines(help.slice(help.indexOf("Examples:"))).map(
        (line) => [`${name} --help`, line] as const,
      );
    }),
  ];

  test.each(lines)("of %s are taken: %s", async (_, line) => {
    expect(await parseGriffin(line)).toBe("taken");
  });

  test("with an option that is none are refused", async () => {
    expect(await parseGriffin("griffin lower --presets tiny")).toBe("error: unknown option '--presets'");
  });

  test("are all in README's table, which has no others", () => {
    const table = [...textOf("README.md").matchAll(/^\| `griffin (\w+)/gm)].map(([, name]) => name!);
    const known = new Set(leaves(commandLine()).map(([name]) => name.split(" ")[1]!));
    expect([...table].sort()).toEqual([...known].sort());
  });
});
