/**
 * @file Run by the survival tier in a process of its own: compiles and runs the programs it is sent on a plugin, one after the other,
 * and says what became of each. Arguments: path of the plugin.
 */
import { allocateAligned, hostBytes, Plugin } from "../../src/runtime-pjrt/index.js";
import { mainInterface } from "../../src/engine/stablehlo-program.js";
import { parseModule } from "../../src/ir/text/index.js";
import { GriffinError } from "../../src/support/errors.js";

/** What became of a program: it ran, or the first line of an error of ours. */
export interface Survived {
  readonly error?: string;
}

const plugin = await Plugin.load(process.argv[2]!);
const client = await plugin.createClient();

/** Runs a program on arguments of small numbers. */
async function run(text: string): Promise<Survived> {
  try {
    const signature = mainInterface(parseModule(text));
    using executable = await client.compile({ program: text, signature });
    const buffers = await Promise.all(
      signature.arguments.map((spec) => {
        const data = allocateAligned(hostBytes(spec), 64).fill(1);
        return client.toDevice({ ...spec, data });
      }),
    );
    const results = await executable.execute(buffers);
    await Promise.all(results.map((result) => result.ready));
    for (const buffer of [...buffers, ...results]) buffer.close();
    return {};
  } catch (error) {
    if (error instanceof GriffinError) return { error: error.message.split("\n")[0]! };
    throw error;
  }
}

process.on("message", (text: string) => void run(text).then((survived) => process.send!(survived)));
process.send!({});
