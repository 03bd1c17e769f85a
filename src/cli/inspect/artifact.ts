/** @file Artifacts as tables: model, programs, executables, weights, files; or one program. */
import type { ArtifactDescription, ProgramArtifactDescription } from "../../artifact/index.js";
import { formatTable } from "../../support/table.js";
import { formatCount } from "../count.js";
import { formatBytes } from "../progress.js";

export function artifactLines(artifact: ArtifactDescription): readonly string[] {
  return [
    ...summaryLines(artifact),
    "",
    ...programTable(artifact),
    ...compiledTable(artifact),
    ...fileLines(artifact, artifact.weights.location === "reference"),
  ];
}

/** An artifact of one program: what that takes and gives, and the files. */
export function programArtifactLines(artifact: ProgramArtifactDescription): readonly string[] {
  const { path, form, name, tools, schemaVersion, target, stablehlo, weights } = artifact;
  const facts = [
    ["program", `StableHLO ${stablehlo}, lowered for ${target}`],
    ["weights", weights ?? "none; parameters are given like inputs"],
  ] as const;
  return [
    `${path}: program "${name}", ${form}, schema ${schemaVersion}${madeBy(tools)}`,
    ...facts.map(([title, text]) => `  ${title.padEnd(9)} ${text}`),
    "",
    ...valueTable(artifact.arguments, artifact.results),
    ...fileLines(artifact, false),
  ];
}

function valueTable(
  args: ProgramArtifactDescription["arguments"],
  results: ProgramArtifactDescription["results"],
): readonly string[] {
  const rows = [
    ...args.map((value, i) => [`argument ${i}`, value] as const),
    ...results.map((value, i) => [`result ${i}`, value] as const),
  ].map(([place, { role, name, elementType, axes, dimensions }]) => [
    place,
    `${elementType} [${axes.map((axis, i) => `${axis} ${dimensions[i]}`).join(", ")}]`,
    role,
    name,
  ]);
  return formatTable(["", "type", "role", "name"], rows);
}

const madeBy = (tools: ArtifactDescription["tools"]): string => {
  const made = Object.entries(tools).map(([tool, version]) => `${tool} ${version}`);
  return made.length === 0 ? "" : `, made by ${made.join(", ")}`;
};

function summaryLines(artifact: ArtifactDescription): readonly string[] {
  const { path, form, name, tools, schemaVersion, model, target, dtype, batch, chunk, tokenizer } = artifact;
  const facts: readonly (readonly [string, string])[] = [
    ["model", `${model.name}, ${model.summary}, ${formatCount(artifact.parameters)} parameters`],
    ["computes", `in ${dtype}, lowered for ${target}`],
    [
      "takes",
      `${batch} ${batch === 1 ? "sequence" : "sequences"} side by side, prompts in pieces of at most ${chunk} tokens`,
    ],
    ["state", formatBytes(artifact.stateBytes)],
    ["weights", weightsText(artifact)],
    ["text", tokenizer.length === 0 ? "no tokenizer" : tokenizer.join(", ")],
  ];
  return [
    `${path}: artifact "${name}", ${form}, schema ${schemaVersion}${madeBy(tools)}`,
    ...facts.map(([title, text]) => `  ${title.padEnd(9)} ${text}`),
  ];
}

function weightsText({ weights }: ArtifactDescription): string {
  const { location, folder, files, bytes, tensors, dtypes } = weights;
  const what = `${tensors} tensors in ${dtypes.join(", ")}`;
  if (location === "none") return `none; it needs ${what}`;
  const size = `${files.length} ${files.length === 1 ? "file" : "files"}, ${formatBytes(bytes)}`;
  return `${what}, ${size}, ${location === "copied" ? `in ${folder}/` : `where they were: ${folder}`}`;
}

function programTable({ programs }: ArtifactDescription): readonly string[] {
  const rows = programs.map(({ name, stablehlo, bytes, arguments: args, results, prepare }) => [
    name,
    stablehlo,
    formatBytes(bytes),
    ...[args.input, args.parameter, args.state, args.prepared, results].map(String),
    prepare ?? "",
  ]);
  const header = [
    "program",
    "StableHLO",
    "size",
    "inputs",
    "parameters",
    "state",
    "prepared",
    "results",
    "prepared by",
  ];
  return formatTable(header, rows, [2, 3, 4, 5, 6, 7]);
}

function compiledTable({ compiled }: ArtifactDescription): readonly string[] {
  if (compiled.length === 0) return [];
  const rows = compiled.map(({ fingerprint, topology, programs, bytes, madeHere, memory }) => [
    `${fingerprint.deviceKind}${topology === undefined ? "" : ` (${topology})`}`,
    `${fingerprint.plugin.slice(0, 12)}..., API ${fingerprint.api}`,
    String(programs.length),
    formatBytes(bytes),
    madeHere ? "yes" : "no: run with --trust-executables",
    memory === undefined ? "not told" : `${formatBytes(memory.bytes)} (${memory.program})`,
  ]);
  return [
    "",
    ...formatTable(
      ["compiled for", "by plugin", "programs", "size", "made here", "most memory"],
      rows,
      [2, 3],
    ),
  ];
}

type Files = Pick<ArtifactDescription, "files" | "verified" | "problems" | "signature">;

/** All files, and what is known of them. @param apart whether weights lie elsewhere */
const fileLines = (artifact: Files, apart: boolean): readonly string[] => [
  "",
  ...formatTable(
    ["file", "size", "SHA-256"],
    artifact.files.map(({ path, bytes, sha256 }) => [path, formatBytes(bytes), `${sha256.slice(0, 12)}...`]),
    [1],
  ),
  "",
  closingLine(artifact, apart),
];

function closingLine({ files, verified, problems, signature }: Files, apart: boolean): string {
  const size = formatBytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const count = `${files.length} files, ${size}`;
  if (problems.length > 0) return `${count}; not as its manifest says`;
  if (!verified) return `${count}, all there and of the right size; --verify reads every byte`;
  const signed =
    signature.state === "valid"
      ? `signed by ${signature.by}`
      : "signed by nobody, so that anybody may have made it";
  return `${count}, every byte as its manifest says${apart ? "; of the weights, sizes and headers" : ""}; ${signed}`;
}
