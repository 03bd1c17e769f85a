/** @file README.md of a program's artifact: what it takes and gives, how to run it with us and with JAX. */
import { elementCount } from "../../runtime-pjrt/index.js";
import type { BufferElementType } from "../../support/buffer-element-types.js";
import { markdownTable, originLines } from "../readme.js";
import { block, JAX, READ_SAFETENSORS } from "../readme-python.js";
import type { ProgramManifest } from "./manifest.js";

type Described = Omit<ProgramManifest, "files">;

/** The text of the README; it names no moment and no machine. */
export const programReadme = (manifest: Described): string =>
  `${[
    `# ${words(manifest.name)}, exported by stablegriffin`,
    `A program lowered for \`${manifest.target}\`, as a portable artifact of StableHLO ${manifest.stablehlo}: \`${manifest.program}\`.\n${originLines(manifest.tools)}`,
    interfaceSection(manifest),
    usSection(manifest),
    pythonSection(manifest),
  ].join("\n\n")}\n`;

/** Names may come from a program of anybody: none ends its line or code, nor begins another. */
const words = (name: string): string =>
  /^[\w./ -]*$/.test(name)
    ? name
    : JSON.stringify(name).replace(/[`|<]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);

const typeOf = ({
  axes,
  dimensions,
  elementType,
}: Pick<Described["results"][number], "axes" | "dimensions" | "elementType">): string =>
  `${elementType} [${dimensions.map((size, i) => `${words(axes[i]!)} ${size}`).join(", ")}]`;

function interfaceSection({ arguments: args, results, weights }: Described): string {
  const rows = [
    ...args.map((argument, i) => [`argument ${i}`, argument] as const),
    ...results.map((result, i) => [`result ${i}`, result] as const),
  ].map(([place, value]) => [place, value.role, `\`${words(value.name)}\``, typeOf(value)]);
  const where =
    weights === undefined
      ? "No weights are in here: who runs it gives the parameters."
      : `Parameters lie in \`${weights}\`, by their names.`;
  return `## What it takes and gives\n\n${where}\n\n${markdownTable(["place", "role", "name", "type"], rows)}`;
}

/** `{ x: Array(6).fill(0) }`: zeros by name. */
function zeros(args: Described["arguments"]): string {
  const members = args.map(({ name, dimensions, elementType }) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const sizes = elementType.startsWith("complex") ? [...dimensions, 2] : dimensions;
    return `${key}: ${sizes.length === 0 ? "0" : `Array(${elementCount(sizes)}).fill(0)`}`;
  });
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function usSection({ arguments: args, weights, updatedParameters }: Described): string {
  const inputs = args.filter(({ role }) => role === "input");
  const isParameter = ({ role, name }: (typeof args)[number]) =>
    role === "parameter" || updatedParameters.includes(name);
  const parameters = weights === undefined ? args.filter(isParameter) : [];
  const names = [...inputs, ...parameters].map(({ name }) => words(name)).join(", ") || "none";
  const bound = parameters.length === 0 ? "" : `, parameters: ${zeros(parameters)}`;
  return `## Run it with stablegriffin

    npx griffin inspect --verify .                 what it is, and whether a byte has changed
    npx griffin run . --input in.safetensors       on tensors by name: ${names}

From Node, on zeros here (\`on: "interpreter"\` in the place of \`plugin\` needs no plugin):

\`\`\`js
import { loadProgram } from "stablegriffin";

const run = await loadProgram(".", { plugin: "cpu"${bound} });
console.log(await run(${zeros(inputs)}));
await run.close();
\`\`\``;
}

/** What numpy calls element types, and ml_dtypes bf16; it has those that are not in here, too. */
const NUMPY: Partial<Record<BufferElementType, string>> = {
  i1: "np.bool_",
  i8: "np.int8",
  i16: "np.int16",
  i32: "np.int32",
  i64: "np.int64",
  ui8: "np.uint8",
  ui16: "np.uint16",
  ui32: "np.uint32",
  ui64: "np.uint64",
  f16: "np.float16",
  f32: "np.float32",
  f64: "np.float64",
  "complex<f32>": "np.complex64",
  "complex<f64>": "np.complex128",
  bf16: "ml_dtypes.bfloat16",
};

/** `f8E4M3FN` is `float8_e4m3fn` of ml_dtypes, `ui4` its `uint4`. */
const numpyType = (type: BufferElementType): string =>
  NUMPY[type] ??
  `ml_dtypes.${type.startsWith("f") ? type.toLowerCase().replace(/^f(\d+)/, "float$1_") : type.replace("i", "int")}`;

/** Runs it on zeros, which a reader replaces. */
function pythonSection({ arguments: args }: Described): string {
  const types = [...new Set(args.map(({ elementType }) => elementType))];
  const dtypes = types.map((type) => `"${type}": ${numpyType(type)}`).join(", ");
  return `## Run it from Python

With JAX (tried with 0.10.2); IREE takes the file too. Inputs that are not \`given\` are zeros here.

${block(`import json, pathlib
import ml_dtypes, numpy as np

folder = pathlib.Path(".")  # this folder
manifest = json.loads((folder / "manifest.json").read_text())
dtypes = {${dtypes}}

${READ_SAFETENSORS}

weights = read_safetensors(folder / manifest["weights"]) if "weights" in manifest else {}
given = {}  # arrays by name

def value(argument):
    name, shape, dtype = argument["name"], argument["dimensions"], dtypes[argument["elementType"]]
    if name in weights and argument["role"] != "input":
        return weights[name].view(dtype).reshape(shape)
    return given.get(name, np.zeros(shape, dtype))`)}

${block(JAX)}

${block(`results = compile(manifest["program"])([value(argument) for argument in manifest["arguments"]])
for result, array in zip(manifest["results"], results):
    print(result["name"], np.asarray(array))`)}`;
}
