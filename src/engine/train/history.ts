/** @file The losses of a training: a line of JSON each in a file, and a picture of their curves. */
import { appendFile, type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { toWrite } from "../../support/errors.js";
import { READ_AT_ONCE } from "../../support/read-limited.js";
import { makeFile, writeWhole } from "../../support/whole.js";
import { type Curve, curvesSvg } from "./curves.js";
import type { EvalEvent, StepEvent } from "./events.js";

const LOG = "log.jsonl";
const PICTURE = "curves.svg";

const line = z.looseObject({ event: z.enum(["step", "eval"]), step: z.number(), loss: z.number() });

type Line = z.output<typeof line>;

/** What is drawn of a line: it is all that is kept of each. */
type Point = readonly [event: Line["event"], step: number, loss: number];

/** What a line says, unless it says nothing, or of a later step; such come of a process that ended meanwhile, or of others. */
function pointOf(text: string, step: number): Point | undefined {
  try {
    const parsed = line.parse(JSON.parse(text));
    return parsed.step <= step ? [parsed.event, parsed.step, parsed.loss] : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of a line of ours, several times over: a longer one is none. */
const LONGEST_LINE = 2 ** 16;

/** Bytes of the lines that are written at once. */
const PIECE_BYTES = 2 ** 20;

/** More points than this are thinned out: a picture has some hundred. */
const MOST_POINTS = 2 ** 20;

/** Leaves every second one. */
function thin(points: Point[]): void {
  for (let i = 0; 2 * i < points.length; i++) points[i] = points[2 * i]!;
  points.length = Math.ceil(points.length / 2);
}

/** Copies the lines that say something of steps up to `step` into a new file, and what they say into `points`; they are never all in memory. */
async function copyUpTo(from: string, to: string, step: number, points: Point[]): Promise<void> {
  await using source = await open(from, READ_AT_ONCE).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  await using target = await open(to, "w");
  if (source === undefined) return;
  if (!(await source.stat()).isFile()) throw new Error(`${from} is not a file`);
  let kept = "";
  for await (const text of shortLines(source)) {
    const point = pointOf(text, step);
    if (point === undefined) continue;
    points.push(point);
    if (points.length > MOST_POINTS) thin(points);
    kept += `${text}\n`;
    if (kept.length < PIECE_BYTES) continue;
    await target.writeFile(kept);
    kept = "";
  }
  await target.writeFile(kept);
}

/** The lines of a file, but for those that are too long. */
async function* shortLines(file: FileHandle): AsyncGenerator<string> {
  let rest = "";
  let isLong = false;
  const stream = file.createReadStream({ encoding: "utf8", autoClose: false });
  for await (const part of stream as AsyncIterable<string>) {
    const lines = part.split("\n");
    for (const [i, piece] of lines.entries()) {
      isLong ||= rest.length + piece.length > LONGEST_LINE;
      rest = isLong ? "" : rest + piece;
      if (i === lines.length - 1) continue;
      if (!isLong) yield rest;
      rest = "";
      isLong = false;
    }
  }
  if (!isLong) yield rest;
}

/** What was told of steps and tests. */
export class History {
  readonly #points: Point[];
  #unwritten: Line[] = [];

  private constructor(
    private readonly folder: string,
    points: Point[],
  ) {
    this.#points = points;
  }

  /**
   * What a training told up to a step, and nothing of what came after: it comes again, and before the first step everything does.
   * @throws EnvironmentError for a log that cannot be read or written
   */
  static async open(folder: string, step: number): Promise<History> {
    const path = join(folder, LOG);
    // Nothing is of a step before the first: a training that begins has a log of its own.
    const last = step === 0 ? -1 : step;
    const points: Point[] = [];
    await toWrite(path, () =>
      makeFile(path, async (result) => copyUpTo(path, result, last, points), "replace"),
    );
    return new History(folder, points);
  }

  add(event: StepEvent | EvalEvent): void {
    this.#points.push([event.event, event.step, event.loss]);
    this.#unwritten.push({ ...event });
  }

  /** Brings log and picture up to date. @throws EnvironmentError when they cannot be written; they are with the next time then */
  async write(): Promise<void> {
    const log = join(this.folder, LOG);
    const text = this.#unwritten.map((one) => `${JSON.stringify(one)}\n`).join("");
    await toWrite(log, () => appendFile(log, text));
    this.#unwritten = [];
    const curve = (event: Line["event"], name: string): Curve => ({
      name,
      points: this.#points.filter(([kind]) => kind === event).map(([, step, loss]) => [step, loss]),
    });
    const picture = curvesSvg([curve("step", "training"), curve("eval", "test")]);
    const path = join(this.folder, PICTURE);
    await toWrite(path, () => writeWhole(path, picture));
  }
}
