/** @file The options of griffin run. */
import { Command } from "commander";
import {
  addCacheOption,
  addCustomCallOption,
  addLoadOption,
  addPluginOption,
  byteSize,
  decimalNumber,
  timeoutOption,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Tensors are called "0", "1", ... by their position; those of a module's or an artifact's program by their names, its parameters (those that an
artifact has need not be given), and its states too, which begin as zeros unless they are given. Floats may differ from --expected by the tolerance, relative to the
largest expected number if that is above 1; integers and booleans must be equal. Unknown
sizes of @main become those of the inputs. safetensors.numpy of Python writes files of tensors, and writeSafetensors of stablegriffin/weights. With --self-check every program is compiled anew.
A program that ends its process, hangs or takes too much is an error: it runs in a process of its own, but for one that is interpreted.

Examples:
  griffin run program.mlir --input in.safetensors
  griffin run program.mlir --input in.safetensors --output out.safetensors
  griffin run program.mlir --input in.safetensors --expected out.safetensors
  griffin run program.mlir --random --interpret        slow and exact, without a plugin
  griffin run --self-check tests/*.mlir                programs that carry check.expect_*
  griffin run ./my-model.ts#mlp --input in.safetensors --plugin cpu
  griffin run ./my-model.ts#mlp --random              a first try, without numbers of one's own
  griffin run mlp --input in.safetensors               what griffin export ./my-model.ts#mlp -o mlp made`;

/** The command as people call it; its work is loaded when it runs. */
export function runCommand(launch: Launch): Command {
  const command = new Command("run")
    .description("compile and run any StableHLO program")
    .argument(
      "<file...>",
      "StableHLO text or a portable artifact, - for stdin; a program that a module exports, ./module.ts#name; or what griffin export made of one",
    )
    .option("--input <file>", "safetensors file with the arguments")
    .option(
      "--random [seed]",
      "arguments that are not given: the same numbers for the same seed (default: 0), floats in [-1, 1), integers from 0 to 3, booleans",
      wholeNumber("--random", 0),
    )
    .option("--output <file>", "write the results there, as safetensors")
    .option("--expected <file>", "hold the results against these; exit code 1 when one is off")
    .option("--tolerance <t>", "for floats, with --expected", decimalNumber("--tolerance"), 1e-4)
    .option("--self-check", "run programs that say themselves what is right (check.expect_*)")
    .option("--interpret", "by our own interpreter instead of a plugin: slow and exact")
    .option("--portable", "with --self-check: the plugin gets a portable artifact instead of text")
    .addOption(timeoutOption("a program may take so long to compile and run, or to be interpreted"))
    .option(
      "--memory <size>",
      "and its process so much memory: 8GiB, 500MiB, or bytes (default no bound)",
      byteSize("--memory"),
    )
    .option(
      "--in-process",
      "without a process of its own: faster to start; no bounds, and a plugin that aborts ends griffin",
    );
  return addLoadOption(addCacheOption(addPluginOption(addCustomCallOption(command))))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../run.js")).runPrograms));
}
