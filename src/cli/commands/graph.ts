/** @file The options of griffin graph. */
import { Command, Option } from "commander";
import { defaultNames, targetExamples, targetWords } from "../../targets/names.js";
import { figureNames } from "../../engine/graph/node-figures.js";
import { addModelOptions } from "../model-options.js";
import type { KnownModels } from "../models.js";
import {
  addCustomCallOption,
  addLoadOption,
  addLoweringOptions,
  oneOf,
  timeoutOption,
  usually,
  wholeNumber,
} from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Each function is a graph, each operation a node with its types, attributes and line; layers and functions that the author named are boxes
that open. The JSON is what Model Explorer reads: pip install ai-edge-model-explorer, then model-explorer out.json.
Netron opens a program itself: the text of griffin lower, or of griffin export --text. Of artifacts it shows those without loops.
A picture has all functions below each other, each operation below what it uses; its types, attributes and line are its tip.

Costs are of one execution of the program as it stands, before a compiler fuses it: flops of products, bytes of operands and results, the
least time of each by itself; a call costs what its function does, a loop one turn, a choice all that it may do.
With --compiled they are what the target's compiler made of it, as griffin cost counts it: of each layer and its parts, not of single
operations, which it fuses. They are attributes of the layers in the JSON (Model Explorer shows them in the panel of a layer, and on
layers by View on node, Layer node attributes); with --depth, layers that are closed have them as node data and as heat.

Examples:
  griffin graph --model demo --program decode -o out.json
  griffin graph --preset recurrentgemma-2b --target tpu:v5e:2x2 -o 2b.json
  griffin graph --model demo --program decode --depth 1 -o decode.svg
  griffin graph program.mlir -o out.json
  griffin graph program.mlir --target tpu:v5e:2x2 -o out.json --costs costs     then: model-explorer out.json --node_data_paths costs/time.json
  griffin graph program.mlir -o out.svg --heat bytes
  griffin graph --model demo --program decode --compiled -o out.json
  griffin graph --preset recurrentgemma-2b --program decode --target tpu:v5e:2x2 --compiled --depth 1 --heat time -o 2b.svg`;

/** The command as people call it; its work is loaded when it runs. */
export function graphCommand(launch: Launch, models: KnownModels): Command {
  const command = new Command("graph")
    .description("write a program as a graph: for Model Explorer, or as a picture")
    .argument("[file]", "StableHLO text, a portable artifact, or ./module.ts#name");
  addModelOptions(command, models)
    .option("--target <target>", targetExamples, usually(targetWords), defaultNames.name)
    .option("-o, --output <file>", "write there instead of stdout: a picture where it ends in .svg")
    .option(
      "--depth <n>",
      "layers within layers, and calls within calls, that are open; what lies deeper is one node (default: all)",
      wholeNumber("--depth", 0),
    )
    .option(
      "--costs <folder>",
      "write what each node costs there, as node data of Model Explorer: flops.json, bytes.json, and time.json where the target names a chip (tpu:v5e:2x2)",
    )
    .option(
      "--heat <figure>",
      `in a picture, nodes are the darker the more they cost: ${figureNames.join(", ")}`,
      oneOf("--heat", figureNames),
    )
    .option("--compiled", "compile the program, and tell what the compiler made of each layer and its parts")
    .addOption(timeoutOption("with --compiled, the compiler may take so long"))
    .addOption(new Option("--json", "what is written is JSON in any case, except to a file.svg"));
  return addLoadOption(addCustomCallOption(addLoweringOptions(command)))
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../graph.js")).runGraph));
}
