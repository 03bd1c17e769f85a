/** @file README.md of an artifact: what it is, how to run it with us, with JAX and with IREE, and what its programs take. */
import { LOOP_KIND, SAMPLER_KIND } from "../serving/index.js";
import type { Manifest, WeightsIndex } from "./manifest.js";
import { pythonSection } from "./readme-python.js";

type Described = Omit<Manifest, "files">;

/** The text of the README; it names no moment and no machine. */
export const artifactReadme = (manifest: Described, index: WeightsIndex): string =>
  `${[
    `# ${manifest.name}, exported by stablegriffin`,
    summary(manifest),
    weightsSection(index),
    usSection(manifest, index),
    pythonSection(manifest),
    programsSection(manifest),
    argumentsSection(manifest),
  ].join("\n\n")}\n`;

function summary({ model, dtype, target, batch, chunk, tools }: Described): string {
  return `Model \`${model.name}\`: ${model.summary}. It computes in ${dtype},
lowered for \`${target}\`: ${batch} ${batch === 1 ? "sequence" : "sequences"} side by side, prompts read in pieces of at most ${chunk} tokens.
${originLines(tools)}`;
}

/** What vouches for the files, and what made them. */
export function originLines(tools: Manifest["tools"]): string {
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  return `\`manifest.json\` describes everything here and holds the SHA-256 of every file; \`manifest.sha256\` holds its own.
Made by ${versions.join(", ") || "stablegriffin"}.`;
}

function weightsSection({ location, folder, files, tensors }: WeightsIndex): string {
  const names = files.map(({ name }) => `\`${name}\``).join(", ");
  const where = {
    copied: `The weights lie in \`${folder}/\`: ${names}.`,
    reference: `The weights are not in here: they are read from \`${folder}\` as seen from here (${names}).`,
    none: `It was exported without weights. They are the ${tensors.length} tensors of \`weights.index.json\`, in a model folder of their own.`,
  }[location];
  return `## Weights\n\n${where}`;
}

function usSection({ tokenizer, generation, batch }: Described, { location }: WeightsIndex): string {
  const prompt =
    tokenizer.length === 0 ? `--tokens ${generation.bosId},3,4,5` : '--prompt "In the beginning"';
  const folder = location === "none" ? " --weights MODEL_FOLDER" : "";
  const options = location === "none" ? ', { weights: "MODEL_FOLDER" }' : "";
  const prompts = Array.from({ length: batch }, () => `[${generation.bosId}, 3, 4, 5]`).join(", ");
  return `## Run it with stablegriffin

    npx griffin inspect --verify .                 what it is, and whether a byte has changed
    npx griffin generate --artifact . ${prompt}${folder}

Or from Node, without the compiler:

\`\`\`js
import { generate, loadArtifact } from "stablegriffin/artifact";
import { findPlugin, Plugin } from "stablegriffin/pjrt";

const { path } = await findPlugin("cpu", { install: true });
const plugin = await Plugin.load(path);
const client = await plugin.createClient({ keepFreedMemory: true });
const model = await loadArtifact(".", client${options});
for await (const { row, token } of generate(model, [${prompts}], { maxNewTokens: 8 })) console.log(row, token);
model.close();
await client.close();
\`\`\``;
}

function programsSection({ programs, model, generation: { outputs } }: Described): string {
  const words: Readonly<Record<string, string>> = {
    ...model.kinds,
    prepare: "computes from weights alone what the others take as `prepared`; run once",
    [SAMPLER_KIND]: "draws the next token of each sequence from logits",
    [LOOP_KIND]: "makes several tokens of each sequence, until all have ended",
  };
  const rows = programs.map(({ name, kind, file, stablehlo, results }) => [
    `\`${file}\``,
    `${name}: ${words[kind] ?? kind}`,
    stablehlo,
    results.length.toString(),
  ]);
  return `## Programs

Portable artifacts of StableHLO, for everything that reads their version or a newer one. Results come in the order of the manifest; those of the model's own programs are outputs
(\`${outputs.logits}\`, and \`${outputs.best}\`, the best token), then the state, which takes the memory of the state that was given.

${markdownTable(["file", "what it does", "StableHLO", "results"], rows)}`;
}

/** One row an argument, with its place in each program: programs share most of them. */
function argumentsSection({ programs, generation: { inputs } }: Described): string {
  const rows = new Map<string, Map<string, number>>();
  for (const program of programs) {
    program.arguments.forEach((argument, place) => {
      const id = `${argument.role} ${argument.name}\n${argument.elementType} [${argument.dimensions.join(", ")}]`;
      if (!rows.has(id)) rows.set(id, new Map());
      rows.get(id)!.set(program.name, place);
    });
  }
  const header = ["argument", "type", ...programs.map(({ name }) => name)];
  const body = [...rows].map(([id, places]) => [
    ...id.split("\n"),
    ...programs.map(({ name }) => places.get(name)?.toString() ?? ""),
  ]);
  return `## Arguments

The place of each argument, counted from 0. \`${inputs.positions}\` is a token's position in its text, -1 for padding in front.

${markdownTable(header, body)}`;
}

const tableLine = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A table of Markdown. */
export const markdownTable = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows].map(tableLine).join("\n");
