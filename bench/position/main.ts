/**
 * @file A decode step far into a text against one near its beginning: the state does not grow, so both should take as long. The 88M
 * Griffin on the CPU plugin reads both texts in chunks of 1024 tokens, then steps of both are timed in turns.
 *
 *     npx jiti bench/position/main.ts [--far 100000] [--near 3000] [--dtype f32|bf16] [--plugin NAME] [--quick] [--write]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Session } from "../../src/serving/index.js";
import { targetColumns } from "../bars.js";
import { openClient, ourVersions } from "../client.js";
import { benchDtype, load88m, somePrompt } from "../griffin88m.js";
import { showResults } from "../results.js";

const { values } = parseArgs({
  options: {
    far: { type: "string" },
    near: { type: "string", default: "3000" },
    dtype: { type: "string", default: "f32" },
    plugin: { type: "string", default: "cpu" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const positions = [Number(values.near), Number(values.far ?? (values.quick ? 20_000 : 100_000))];
const WINDOW = 16;
const turns = values.quick ? 10 : 40;

await using client = await openClient(values.plugin);
using model = await load88m(client, benchDtype(values.dtype));

/** A session that has read as many tokens, and what reading took. */
async function readTo(position: number) {
  const session = new Session(model, 1, { chunk: 1024 });
  const start = performance.now();
  await session.prefill([somePrompt(position)]);
  return { position, session, seconds: (performance.now() - start) / 1000, steps: [] as number[] };
}

/** Mean ms of a decode step over a window of them. */
async function stepMs(session: Session): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < WINDOW; i++) await session.decode([5]);
  return (performance.now() - start) / WINDOW;
}

const texts = [];
for (const position of positions) texts.push(await readTo(position));
for (const { session } of texts) await stepMs(session);
for (let turn = 0; turn < turns; turn++) {
  for (const { session, steps } of texts) steps.push(await stepMs(session));
}
for (const { session } of texts) session.close();

const [near, far] = texts.map(({ steps }) => Math.min(...steps));
const ratio = far! / near!;
const rows = texts.map(({ position, seconds, steps }, i) => ({
  position,
  "read in, s": seconds.toFixed(1),
  "decode step, ms": Math.min(...steps).toFixed(2),
  ...(i === 0
    ? { ratio: "-", ...targetColumns(undefined, undefined) }
    : {
        ratio: ratio.toFixed(3),
        ...targetColumns(ratio, { must: 1.05, better: "less", unit: "" }),
      }),
}));
await showResults(
  fileURLToPath(new URL("./", import.meta.url)),
  {
    section: "position",
    settings: `88M ${values.dtype}, chunks of 1024, ${turns} turns of ${WINDOW} steps${values.quick ? ", quick" : ""}`,
    versions: await ourVersions(client),
    rows,
    plot: {
      title: `A decode step of the 88M Griffin by its position, ${values.dtype}`,
      panels: [
        {
          unit: "ms, the same is wanted",
          bars: texts.map(({ position, steps }) => ({
            label: `position ${position}`,
            value: Math.min(...steps),
            kind: "ours",
          })),
          lines: [{ label: "5 % more than near", value: 1.05 * near! }],
        },
      ],
    },
  },
  values.write,
);
