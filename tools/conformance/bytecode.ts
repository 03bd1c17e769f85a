/**
 * @file Portable artifacts against a folder of programs. Every section of a `.mlir` file is written, read and
 * written again: the bytes and the program must be the same. Where libStablehlo's own bytes (`NAME.mlir.bc`)
 * lie beside it, they must come out of the text, and of reading and writing them. Run:
 *
 *     npx jiti tools/conformance/bytecode.ts FOLDER
 */
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { deserializePortable, PortabilityError, serializePortable } from "../../src/ir/bytecode/index.js";
import { isDefault } from "../../src/ir/bytecode/defaults.js";
import { spreadFields } from "../../src/ir/bytecode/vhlo-ops.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { findOp } from "../../src/ir/ops/index.js";
import { setAttributes } from "../../src/ir/rewriter.js";
import { GriffinError } from "../../src/support/errors.js";
import { parseModule, printModule, splitInput } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { programFiles } from "./files.js";

export interface BytecodeConformance {
  readonly passed: number;
  readonly failed: number;
  /** A line for each program that failed: its file and section, and what differs. */
  readonly failures: readonly string[];
  /**
   * Programs with operations or attributes that VHLO does not have, and programs that are meant to be wrong.
   */
  readonly notApplicable: number;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/**
 * What VHLO cannot tell apart: an attribute that is absent from its default, and the types of most channels.
 */
export function forget(operation: Operation): void {
  const attributes = operation.attributes as Readonly<Record<string, unknown>>;
  const kinds = findOp(operation.name)?.attributes ?? {};
  const kept = Object.entries(attributes).flatMap(([name, value]) => {
    const kind = kinds[name]!;
    if (value === undefined) return [];
    const fields = spreadFields(operation.name, kind);
    const said =
      kind.name === "channel_handle" && fields?.type === undefined
        ? { ...(value as object), type: 0 }
        : value;
    return kind.optional && isDefault(operation.name, name, said, attributes) ? [] : [[name, said] as const];
  });
  setAttributes(operation, Object.fromEntries(kept));
}

/** Whether two programs are the same to VHLO; what it cannot tell apart is gone from both afterwards. */
function sameProgram(a: Operation, b: Operation): boolean {
  const [first, second] = [a, b].map((module) => {
    for (const operation of walk(module)) forget(operation);
    return printModule(module, { form: "generic" });
  });
  return first === second;
}

/** Undefined when a program comes back from its artifact, else what differs. */
function roundTrip(module: Operation): string | undefined {
  const bytes = serializePortable(module);
  const back = deserializePortable(bytes).module;
  if (!sameBytes(serializePortable(back), bytes)) return "the bytes differ after reading and writing them";
  return sameProgram(back, module) ? undefined : "the program differs after writing and reading it";
}

/** Undefined when our bytes of a program are libStablehlo's. */
function compareWithLibrary(text: string, expected: Uint8Array): string | undefined {
  const { module, version } = deserializePortable(expected, { verify: false });
  const options = { targetVersion: version, verify: false };
  if (!sameBytes(serializePortable(module, options), expected))
    return "libStablehlo's bytes do not come back";
  const parsed = parseModule(text);
  const ours = serializePortable(parsed, { ...options, locations: false });
  if (!sameBytes(ours, expected)) return "libStablehlo writes other bytes";
  return sameProgram(parsed, module) ? undefined : "libStablehlo's bytes are another program than the text";
}

/** Writes and reads every program below `folder`. */
export function bytecodeConformance(folder: string): BytecodeConformance {
  const failures: string[] = [];
  let [passed, notApplicable] = [0, 0];
  const judge = (program: string, check: () => string | undefined): void => {
    try {
      const reason = check();
      if (reason === undefined) passed++;
      else failures.push(`${program}: ${reason}`);
    } catch (error) {
      if (error instanceof PortabilityError) notApplicable++;
      else if (error instanceof GriffinError) failures.push(`${program}: ${error.message}`);
      else throw error;
    }
  };
  for (const path of programFiles(folder)) {
    const text = readFileSync(path, "utf8");
    const name = relative(folder, path);
    const artifact = `${path}.bc`;
    if (existsSync(artifact)) {
      judge(`${name}.bc`, () => compareWithLibrary(text, new Uint8Array(readFileSync(artifact))));
      continue;
    }
    for (const [index, section] of splitInput(text).entries()) {
      if (section.text.trim() === "") continue;
      const module = validModule(section.text);
      if (module === undefined) notApplicable++;
      else judge(`${name}#${index}`, () => roundTrip(module));
    }
  }
  return { passed, failed: failures.length, failures, notApplicable };
}

/** The program of a text; undefined when it is none, which is for other parts of the suite to judge. */
function validModule(text: string): Operation | undefined {
  try {
    const module = parseModule(text);
    verifyModule(module);
    return module;
  } catch (error) {
    if (error instanceof GriffinError) return undefined;
    throw error;
  }
}

function main([folder = "."]: readonly string[]): void {
  const { passed, failed, failures, notApplicable } = bytecodeConformance(folder);
  for (const failure of failures) console.log(failure.split("\n")[0]);
  console.log(`${passed} passed, ${failed} failed, ${notApplicable} not applicable`);
  if (failed > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
