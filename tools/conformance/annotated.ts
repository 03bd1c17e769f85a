/**
 * @file Every op's example with an attribute of others on each operation, in the generic and in the pretty form, for
 * compare_mlir.py to read as the same program:
 *
 *     npx jiti tools/conformance/annotated.ts FOLDER && python tools/conformance/compare_mlir.py FOLDER/generic FOLDER/pretty
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { annotate, examplePrograms } from "../../test/ir/ops/example-programs.js";

const [folder = "annotated"] = process.argv.slice(2);
for (const form of ["generic", "pretty"] as const) {
  mkdirSync(join(folder, form), { recursive: true });
  for (const [name, text] of examplePrograms)
    writeFileSync(join(folder, form, `${name}.mlir`), printModule(annotate(parseModule(text)), { form }));
}
