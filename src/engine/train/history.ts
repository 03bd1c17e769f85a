/** @file The losses of a training: a line of JSON each in a file, and a picture of their curves. */
import { existsSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeFile } from "../../support/whole.js";
import { type Curve, curvesSvg } from "./curves.js";
import type { EvalEvent, StepEvent } from "./events.js";

const LOG = "log.jsonl";
const PICTURE = "curves.svg";

const line = z.looseObject({ event: z.enum(["step", "eval"]), step: z.number(), loss: z.number() });

type Line = z.output<typeof line>;

/** Lines that are whole and of no later step; others come of a process that ended meanwhile. */
function linesUpTo(text: string, step: number): readonly Line[] {
  return text.split("\n").flatMap((one) => {
    try {
      const parsed = line.parse(JSON.parse(one));
      return parsed.step <= step ? [parsed] : [];
    } catch {
      return [];
    }
  });
}

/** What was told of steps and tests. */
export class History {
  readonly #lines: Line[];
  #unwritten: Line[] = [];

  private constructor(
    private readonly folder: string,
    lines: readonly Line[],
  ) {
    this.#lines = [...lines];
  }

  /** What a training told up to a step, and nothing of what came after: it comes again, and before the first step everything does. */
  static async open(folder: string, step: number): Promise<History> {
    const path = join(folder, LOG);
    if (!existsSync(path)) return new History(folder, []);
    const lines = step === 0 ? [] : linesUpTo(await readFile(path, "utf8"), step);
    const text = lines.map((one) => `${JSON.stringify(one)}\n`).join("");
    await makeFile(path, (result) => writeFile(result, text), "replace");
    return new History(folder, lines);
  }

  add(event: StepEvent | EvalEvent): void {
    this.#lines.push({ ...event });
    this.#unwritten.push({ ...event });
  }

  /** Brings log and picture up to date. */
  async write(): Promise<void> {
    const text = this.#unwritten.map((one) => `${JSON.stringify(one)}\n`).join("");
    this.#unwritten = [];
    await appendFile(join(this.folder, LOG), text);
    const curve = (event: Line["event"], name: string): Curve => ({
      name,
      points: this.#lines.filter((one) => one.event === event).map(({ step, loss }) => [step, loss]),
    });
    const picture = curvesSvg([curve("step", "training"), curve("eval", "test")]);
    await makeFile(join(this.folder, PICTURE), (result) => writeFile(result, picture), "replace");
  }
}
