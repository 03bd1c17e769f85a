/** @file Programs of a consumer's project, made of what the package exports. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Names by which entries of the package are imported. */
export function entriesOf(folder: string): readonly string[] {
  const { name, exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.keys(exports).map((entry) => `${name}${entry.slice(1)}`);
}

/** Prints how many names each entry has, as JSON. @param load `import` or `require` */
export const importAll = (entries: readonly string[], load: "import" | "require"): string =>
  `const entries = ${JSON.stringify(entries)};
(async () => {
  const counts = {};
  for (const entry of entries) counts[entry] = Object.keys(await ${load}(entry)).length;
  console.log(JSON.stringify(counts));
})();
`;

/** All entries, and the parts of the interface whose types lean on the language's newest: \`using\`, named axes, async iterators. */
export const typed = (entries: readonly string[]): string =>
  `${entries.map((entry, i) => `import * as entry${i} from "${entry}";`).join("\n")}
import { compile, load, type LoadedModel } from "stablegriffin";
import { axis, dot, program, spec } from "stablegriffin/dsl";

export const entries = [${entries.map((_, i) => `entry${i}`).join(", ")}];

const [batch, model] = [axis("batch", 2), axis("model", 3)];
const product = program(
  { name: "product", inputs: { x: spec([batch, model], "f32") }, parameters: { w: spec([model], "f32") } },
  ({ x }, { w }) => ({ y: dot(x, w, "model") }),
);

export async function run(): Promise<readonly number[]> {
  await using f = await compile(product, { on: "interpreter", parameters: { w: [1, 2, 3] } });
  const { y } = await f({ x: [[1, 2, 3], [4, 5, 6]] });
  return [...y.data].map(Number);
}

// @ts-expect-error: a misspelt argument does not compile
export const wrong = async () => (await compile(product, { on: "interpreter" }))({ z: [[1]] });

export async function text(path: string): Promise<string> {
  await using loaded: LoadedModel = await load(path, { plugin: "cpu" });
  let all = "";
  for await (const token of loaded.generate("In the beginning", { maxNewTokens: 8 })) all += token.text;
  return all;
}
`;
