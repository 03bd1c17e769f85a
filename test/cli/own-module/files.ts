/** @file For tests: modules of an author's, in a folder of their own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../griffin.js";

/** Writes modules into a new folder. @returns the folder */
export async function modules(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** A program of one product and its parameter. Line 12 has what its results are computed by. */
export const MLP = `import { axis, dot, program, spec, type Tensor } from "stablegriffin/dsl";

interface Sizes {
  readonly batch: number;
}
const sizes: Sizes = { batch: 2 };
const [batch, model, out] = [axis("batch", sizes.batch), axis("model", 3), axis("out", 2)];
const twice = (x: Tensor<"batch" | "model", "f32">) => x.add(x);

export const mlp = program(
  { name: "mlp", inputs: { x: spec([batch, model], "f32") }, parameters: { w: spec([model, out], "f32") } },
  ({ x }, { w }) => ({ y: dot(twice(x), w, "model") }),
);
`;
