/**
 * @file Run by `PluginProcess` in a process of its own: loads a plugin, then does one task after the other, and ends with the process
 * that started it. Argument: path of the plugin. Its stdin is the file of tensors.
 */
import { type Client, CompileCache, endWithParent, Plugin } from "../../runtime-pjrt/index.js";
import { GriffinError } from "../../support/errors.js";
import { compileAndCount } from "../compile-and-count.js";
import { executeOnce } from "../execute.js";
import type { Answer, Question, TaskName, Tasks } from "./tasks.js";
import { readTensors, writeTensors } from "./tensor-file.js";

const TENSORS = 0;

/** By the channel too: the kernel tells of the parent's death on Linux only. */
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
endWithParent();

/** What a task gives, or an error of ours as data; anything else is a defect and ends the process with its stack. */
async function answer(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
    const { cause: _cause, ...details } = error.details;
    return { error: { kind: error.kind, details: { ...details }, exitCode: error.exitCode } };
  }
}

let plugin: Plugin | undefined;
let client: Client | undefined;

async function clientOf(loaded: Plugin): Promise<Client> {
  client ??= await loaded.createClient();
  return client;
}

const tasks: {
  readonly [N in TaskName]: (plugin: Plugin, given: Tasks[N]["given"]) => Promise<Tasks[N]["gives"]>;
} = {
  async facts(loaded) {
    const { platformName } = await clientOf(loaded);
    return { platformName, plugin: { stablehloVersions: loaded.stablehloVersions } };
  },
  async execute(loaded, { request, inputs, cache }) {
    const results = await executeOnce(await clientOf(loaded), {
      request,
      inputs: await readTensors(TENSORS, inputs),
      cache: cache === undefined ? undefined : new CompileCache(cache),
    });
    return writeTensors(TENSORS, results);
  },
  cost: (loaded, { topology, request }) => compileAndCount(loaded, topology, request),
};

const perform = async <N extends TaskName>(
  loaded: Plugin,
  { task, given }: Question<N>,
): Promise<Answer> => ({
  gives: await tasks[task](loaded, given),
});

const send = (message: Answer): void => void process.send!(message);

process.on("message", (question: Question) => void answer(() => perform(plugin!, question)).then(send));
send(
  await answer(async () => {
    plugin = await Plugin.load(process.argv[2]!);
    return { ready: true };
  }),
);
