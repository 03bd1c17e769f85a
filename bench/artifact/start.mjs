/**
 * @file One cold start, in a process of its own, with the built package as users have it: from the start of the process to the first
 * token. Prints ms as JSON.
 *
 *     node bench/artifact/start.mjs --prompt 16|64|256 (--model DIR [--cache DIR] | --artifact DIR)
 */
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    artifact: { type: "string" },
    cache: { type: "string" },
    prompt: { type: "string" },
  },
});

const { CompileCache, findPlugin, Plugin } = await import("stablegriffin/pjrt");
const cache = values.cache === undefined ? undefined : new CompileCache({ folder: values.cache });

/** Made ready while the weights are read. */
const programs = [{ kind: "prefill", batch: 1, time: Number(values.prompt) }];

/** Only what the way needs is imported: an artifact comes without the compiler. */
async function load(client) {
  if (values.artifact !== undefined) {
    const { generate, loadArtifact } = await import("stablegriffin/artifact");
    return { generate, model: await loadArtifact(values.artifact, client, { cache, programs }) };
  }
  const [{ generate, Model }, { configureCheckpoint }, { models }, { openCheckpoint, readConfigFiles }] =
    await Promise.all([
      import("stablegriffin"),
      import("stablegriffin/model"),
      import("stablegriffin/models"),
      import("stablegriffin/weights"),
    ]);
  const definition = configureCheckpoint(await readConfigFiles(values.model), models);
  const checkpoint = await openCheckpoint(values.model);
  const model = await Model.load(client, definition, checkpoint, { cache, programs });
  await checkpoint.close();
  return { generate, model };
}

const plugin = await Plugin.load((await findPlugin("cpu", { install: true })).path);
const client = await plugin.createClient();
const pluginReady = performance.now();
const { generate, model } = await load(client);
const loaded = performance.now();
const prompt = Array.from(
  { length: Number(values.prompt) },
  (_, i) => (i * 7919) % model.generation.vocabSize,
);
let firstToken = 0;
for await (const _token of generate(model, [prompt], { maxNewTokens: 1 })) firstToken = performance.now();
model.close();
await client.close();
const figures = {
  "first token": firstToken,
  plugin: pluginReady,
  load: loaded - pluginReady,
  prompt: firstToken - loaded,
};
console.log(JSON.stringify({ figures, versions: {} }));
