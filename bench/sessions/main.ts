/**
 * @file What sessions and sampling cost the 88M Griffin on the CPU plugin: drawn tokens against greedy ones, and a second turn of a dialogue in
 * a session that goes on against reading all of it again; rows that are filled again, and questions read once for all their choices. CPU seconds, which other work on the machine does not change; sides in turns.
 *
 *     npx jiti bench/sessions/main.ts [--plugin NAME] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generate, Session } from "../../src/serving/index.js";
import { ratioText, targetColumns } from "../bars.js";
import { openClient, ourVersions } from "../client.js";
import { griffin88m, load88m, somePrompt } from "../griffin88m.js";
import { showResults } from "../results.js";
import { timed } from "../timed.js";
import { questionsOnceAndWhole } from "./choices.js";
import { refilledAndNot } from "./refill.js";

const { values } = parseArgs({
  options: {
    plugin: { type: "string", default: "cpu" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const BATCH = 8;
const HISTORY = 3000;
const TURN = 24;
const turns = values.quick ? 3 : 8;
const count = values.quick ? 24 : 64;
const readings = values.quick ? 1 : 3;

/** CPU ms of this process, all threads of it, that `run` takes. */
async function cpuMs(run: () => Promise<unknown>): Promise<number> {
  const [, , cores] = await timed(run);
  return cores;
}

const least = (samples: readonly number[]): number => Math.min(...samples);

await using client = await openClient(values.plugin);
using model = await load88m(client, "f32");

/** CPU ms a token of every row, of tokens after the first. */
async function perToken(options: { readonly temperature?: number; readonly topP?: number }): Promise<number> {
  const prompts = Array.from({ length: BATCH }, (_, row) => somePrompt(16).map((token) => token + row));
  const tokens = generate(model, prompts, { ...options, maxNewTokens: count });
  for (let made = 0; made < BATCH; made++) await tokens.next();
  return (
    (await cpuMs(async () => {
      for await (const _ of tokens);
    })) /
    ((count - 1) * BATCH)
  );
}

const drawn = { temperature: 0.8, topP: 0.95 };
for (const options of [{}, drawn]) await perToken(options);
const tokens = { greedy: [] as number[], drawn: [] as number[] };
for (let turn = 0; turn < turns; turn++) {
  tokens.greedy.push(await perToken({}));
  tokens.drawn.push(await perToken(drawn));
}
const drawing = least(tokens.greedy) / least(tokens.drawn);

const text = somePrompt(HISTORY + TURN, griffin88m);
using session = new Session(model, 1);
await session.prefill([text.slice(0, HISTORY)]);
using mark = await session.mark();
const appended: number[] = [];
const anew: number[] = [];
for (let reading = 0; reading <= readings; reading++) {
  await session.rewind(mark);
  appended.push(await cpuMs(() => session.append([text.slice(HISTORY)])));
  using again = new Session(model, 1);
  anew.push(await cpuMs(() => again.prefill([text])));
}
// The first compiles.
const saved = least(anew.slice(1)) / least(appended.slice(1));

const [refilled, waiting] = await refilledAndNot(model, {
  batch: BATCH,
  ...(values.quick ? { count: 12, mean: 16 } : { count: 32, mean: 32 }),
});
const shape = values.quick
  ? { questions: 2, choices: 3, tokens: 100, answer: 6 }
  : { questions: 8, choices: 4, tokens: 400, answer: 8 };
const choices = await questionsOnceAndWhole(model, { batch: BATCH, ...shape });

const ms = (value: number): string => value.toFixed(2);
await showResults(
  fileURLToPath(new URL("./", import.meta.url)),
  {
    section: "sessions",
    settings: `88M f32, batch ${BATCH}, ${count} tokens, least of ${turns} turns; ${TURN} tokens after ${HISTORY}, least of ${readings}; CPU time${values.quick ? ", quick" : ""}`,
    versions: await ourVersions(client),
    rows: [
      {
        what: "a greedy token against a drawn one (temperature 0.8, top-p 0.95, vocabulary 32,000)",
        "first, CPU ms": ms(least(tokens.greedy)),
        "second, CPU ms": ms(least(tokens.drawn)),
        ratio: ratioText(drawing),
        ...targetColumns(drawing, { must: 0.85, goal: 0.95, better: "more" }),
      },
      {
        what: `reading ${HISTORY + TURN} tokens against the last ${TURN}, in a session that has read the others, to the first token`,
        "first, CPU ms": ms(least(anew.slice(1))),
        "second, CPU ms": ms(least(appended.slice(1))),
        ratio: ratioText(saved),
        ...targetColumns(saved, { must: 20, goal: 50, better: "more" }),
      },
      {
        what: `a token of ${refilled.tokens}, of texts of drawn lengths: one batch after the other (${waiting.perSecond.toFixed(1)} a second) against rows that are filled again (${refilled.perSecond.toFixed(1)})`,
        "first, CPU ms": ms(waiting.cpuMs),
        "second, CPU ms": ms(refilled.cpuMs),
        ratio: ratioText(waiting.cpuMs / refilled.cpuMs),
        ...targetColumns(waiting.cpuMs / refilled.cpuMs, undefined),
      },
      {
        what: `a question of ${shape.tokens} tokens with ${shape.choices} choices of ${shape.answer}: read for each choice against read once (likelihoods differ by ${choices.difference.toExponential(0)} at most)`,
        "first, CPU ms": ms(choices.whole),
        "second, CPU ms": ms(choices.once),
        ratio: ratioText(choices.whole / choices.once),
        ...targetColumns(choices.whole / choices.once, undefined),
      },
    ],
  },
  values.write,
);
