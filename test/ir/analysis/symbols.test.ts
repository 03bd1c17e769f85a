import { expect, test } from "vitest";
import { findFunction } from "../../../src/ir/analysis/symbols.js";
import { detachOperation, insertOperation, setAttributes } from "../../../src/ir/rewriter.js";
import { parseModule } from "../../../src/ir/text/index.js";

test("a function is found by the name that it has now, as long as it is in the module", () => {
  const module = parseModule("func.func @main() {\n  return\n}\nfunc.func private @f() {\n  return\n}");
  const found = findFunction(module, "f")!;
  setAttributes(found, { ...found.attributes, sym_name: "g" });
  expect([findFunction(module, "f"), findFunction(module, "g")]).toEqual([undefined, found]);
  detachOperation(found);
  expect(findFunction(module, "g")).toBe(undefined);
  insertOperation(found, module.regions[0]!.entry);
  expect(findFunction(module, "g")).toBe(found);
});

test("a mesh of a function's name is none", () => {
  const module = parseModule('sdy.mesh @f = <["a"=2]>\nfunc.func @f() {\n  return\n}');
  expect(findFunction(module, "f")?.name).toBe("func.func");
});
