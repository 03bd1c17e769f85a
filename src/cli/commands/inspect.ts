/** @file The options of griffin inspect. */
import { Command } from "commander";
import { addLoadOption } from "../options.js";
import type { Launch } from "./launch.js";

const EXAMPLES = `
Examples:
  griffin inspect kjv                                an artifact: a folder, or model.zip
  griffin inspect --verify kjv                       reads every byte; exit code 1 when one has changed
  griffin inspect --verify --public-key KEY.pem kjv  and that its manifest is signed with this key
  griffin inspect DIR/model.safetensors              or 2b.pt, or an orbax folder: nothing in it is run
  griffin inspect kjv/programs/decode_1x1.mlirbc     a portable artifact, or StableHLO text
  griffin inspect --load ./my-ops.mjs program.mlir   with ops of a dialect of your own`;

/** The command as people call it; its work is loaded when it runs. */
export function inspectCommand(launch: Launch): Command {
  const command = new Command("inspect")
    .description("explain an artifact, a file of tensors, a portable StableHLO artifact or StableHLO text")
    .argument("<path>", "folder or file")
    .option(
      "--verify",
      "artifacts: hold every byte against the manifest's hashes, and name what is there beyond it",
    )
    .option("--public-key <key.pem>", "artifacts: the Ed25519 key that must have signed the manifest");
  return addLoadOption(command)
    .addHelpText("after", EXAMPLES)
    .action(launch(async () => (await import("../inspect.js")).runInspect));
}
