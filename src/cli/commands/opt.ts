/** @file The options of griffin opt. */
import { Command } from "commander";
import { emitForms, separator } from "../opt/forms.js";
import { addLoadOption, oneOf } from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Without a pipeline the programs are only read, verified and printed. "-" reads stdin.
Exit codes: 0 good, 1 a program is wrong, 2 wrong usage, 3 a file cannot be read or written.

Examples:
  griffin opt model.mlir --pass-pipeline='canonicalize,cse,dce' -o small.mlir
  griffin opt model.mlir --pass-pipeline='fuse-rglru-gates,lower-linear-scan{strategy=blocked block=128}' --print-ir-after-change
  griffin opt model.mlir --emit portable --target-version 1.10.0 -o model.mlir.bc
  griffin lower --preset tiny | griffin opt - --emit generic
  griffin opt exported.mlir --refine-shapes='tensor<3x4xf32>'        shapes that JAX left unknown
  griffin opt tests/*.mlir --split-input-file --verify-diagnostics
  griffin opt --list-passes
  griffin opt model.mlir --load ./my-passes.mjs --pass-pipeline=my-pass`;

/** The command as people call it; its work is loaded when it runs. */
export function optCommand(launch: Launch): Command {
  const command = new Command("opt")
    .description("run passes on StableHLO: read, verify, change, print")
    .argument("[files...]", "StableHLO text or portable artifacts; - for stdin")
    .option(
      "--pass-pipeline <passes>",
      "passes in order, options in braces: cse,lower-linear-scan{block=64}",
      "",
    )
    .option(
      "--refine-shapes <types>",
      "first make @main static for inputs of these types: 'tensor<3x4xf32>, tensor<4xf32>'",
    )
    .option(
      "--emit <form>",
      `how to print: ${emitForms.join(", ")} (an artifact as jax.export writes it: no chlo ops, resources kept)`,
      oneOf("--emit", emitForms),
      "pretty",
    )
    .option("--target-version <x.y.z>", "StableHLO version of an artifact (default: the oldest that will do)")
    .option("--locations", "print where each operation comes from")
    .option("-o, --output <file>", "write there instead of stdout")
    .option("--out-dir <dir>", "write each file under its own name into this folder")
    .option("--split-input-file", `files hold several programs between ${separator} lines`)
    .option(
      "--verify-diagnostics",
      "programs must give the errors that // expected-error {{...}} comments ask for",
    )
    .option("--print-ir-after-all", "print the program after every pass, to stderr")
    .option("--print-ir-after-change", "print what every pass changed, to stderr")
    .option("--time-passes", "print how long each pass took and what it did, to stderr")
    .option("--list-passes", "print all passes with their options");
  return addLoadOption(command)
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../opt.js")).runOpt));
}
