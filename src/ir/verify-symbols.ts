/** @file Symbols: each defined once in its module, and used with the types it was defined with. */
import { violationError } from "./errors.js";
import type { Operation } from "./operation.js";
import { isOp } from "./ops/index.js";
import { meshGroupsOf, meshGroupsProblem } from "./sdy/mesh-groups.js";
import { formatFunctionType, formatType, type FunctionType, functionType } from "./types.js";

function fail(operation: Operation, constraint: string, message: string): never {
  throw violationError(operation, { constraint, message });
}

type Symbols = ReadonlyMap<string, Operation>;

function symbolsOf(module: Operation): Symbols {
  const symbols = new Map<string, Operation>();
  for (const operation of module.regions[0]?.blocks[0] ?? []) {
    const { sym_name: name } = operation.attributes as { readonly sym_name?: string };
    if (name === undefined || operation.name === "builtin.module") continue;
    if (symbols.has(name)) fail(operation, "symbol", `@${name} is defined twice`);
    symbols.set(name, operation);
  }
  return symbols;
}

/** The types of the function `name`, or undefined when the module has none. */
function functionNamed(symbols: Symbols, name: string): FunctionType | undefined {
  const operation = symbols.get(name);
  return isOp(operation, "func.func") ? operation.attributes.function_type : undefined;
}

const usedType = (operation: Operation): FunctionType =>
  functionType(
    operation.operands.map((value) => value.type),
    operation.results.map((value) => value.type),
  );

const show = (type: FunctionType): string => formatFunctionType(type.inputs, type.results);

function checkCall(symbols: Symbols, operation: Operation): void {
  if (!isOp(operation, "func.call")) return;
  const { callee } = operation.attributes;
  const defined = functionNamed(symbols, callee);
  if (defined === undefined) fail(operation, "symbol", `calls @${callee}, which the module does not define`);
  const used = usedType(operation);
  if (used !== defined)
    fail(operation, "call_types", `@${callee} has type ${show(defined)}, but is called as ${show(used)}`);
}

function checkConstant(symbols: Symbols, operation: Operation): void {
  if (!isOp(operation, "func.constant")) return;
  const { value } = operation.attributes;
  const defined = functionNamed(symbols, value);
  if (defined === undefined) fail(operation, "symbol", `is @${value}, which the module does not define`);
  const { type } = operation.results[0]!;
  if (type !== defined)
    fail(operation, "constant_type", `@${value} has type ${show(defined)}, not ${formatType(type)}`);
}

function checkComposite(symbols: Symbols, operation: Operation): void {
  if (!isOp(operation, "stablehlo.composite")) return;
  const { decomposition } = operation.attributes;
  const defined = functionNamed(symbols, decomposition);
  if (defined === undefined)
    fail(operation, "composite_c2", `the module does not define the function @${decomposition}`);
  const used = usedType(operation);
  const message = `@${decomposition} has type ${show(defined)}, but is used as ${show(used)}`;
  const same = <T>(a: readonly T[], b: readonly T[]): boolean =>
    a.length === b.length && a.every((item, i) => item === b[i]);
  if (!same(used.inputs, defined.inputs)) fail(operation, "composite_c3", message);
  if (!same(used.results, defined.results)) fail(operation, "composite_c4", message);
}

/** The functions that run_parallel runs take its inputs and give its results, in order; a feed gives one tensor at a time. */
function checkParallel(symbols: Symbols, operation: Operation): void {
  if (!isOp(operation, "interpreter.run_parallel")) return;
  const find = (name: string): FunctionType =>
    functionNamed(symbols, name) ??
    fail(operation, "symbol", `the module does not define the function @${name}`);
  const types = operation.attributes.programs.flat().map(find);
  const inputs = types.flatMap((type) => type.inputs).length;
  const results = types.flatMap((type) => type.results).length;
  if (inputs !== operation.operands.length || results !== operation.results.length)
    fail(
      operation,
      "run_parallel_types",
      `the programs take ${inputs} values and give ${results}, but ${operation.operands.length} and ${operation.results.length} are there`,
    );
  for (const name of operation.attributes.infeed ?? []) {
    const { results } = find(name);
    if (results.length !== 1 || results[0]!.kind !== "tensor")
      fail(operation, "run_parallel_infeed", `@${name} must give one tensor`);
  }
}

/** Replica groups by the axes of a mesh need the mesh. */
function checkMesh(symbols: Symbols, operation: Operation): void {
  const groups = meshGroupsOf(operation);
  if (groups === undefined) return;
  const problem = meshGroupsProblem(groups);
  if (problem !== undefined) throw violationError(operation, problem);
  const { mesh } = groups;
  if (mesh.kind === "symbol" && !symbols.has(mesh.path[0]!))
    fail(operation, "symbol", `the module does not define the mesh @${mesh.path[0]}`);
}

/** A function's return must give what its type promises. */
function checkReturn(operation: Operation): void {
  if (!isOp(operation, "func.func")) return;
  const last = operation.regions[0]?.blocks[0]?.last;
  if (!isOp(last, "func.return")) return;
  const { function_type: type, sym_name: name } = operation.attributes;
  const given = functionType(
    type.inputs,
    last.operands.map((value) => value.type),
  );
  if (given !== type)
    fail(last, "return_types", `@${name} has type ${show(type)}, but returns ${show(given)}`);
}

function verifyUses(symbols: Symbols, root: Operation): void {
  for (const region of root.regions) {
    for (const block of region.blocks) {
      for (const operation of block) {
        if (operation.name === "builtin.module") verifySymbols(operation);
        else {
          checkCall(symbols, operation);
          checkConstant(symbols, operation);
          checkComposite(symbols, operation);
          checkReturn(operation);
          checkParallel(symbols, operation);
          checkMesh(symbols, operation);
          verifyUses(symbols, operation);
        }
      }
    }
  }
}

/** Verifies the symbols of a module and of the modules in it. @throws VerifyError */
export function verifySymbols(module: Operation): void {
  verifyUses(symbolsOf(module), module);
}
