import { expect, test } from "vitest";
import { type WholeStep, wholeSteps } from "../../../src/support/failpoints.js";
import { type Form, newFolder, start, stopped, wholeText } from "./children.js";

/**
 * One process stops at a step, another does all of its work meanwhile, then the first goes on. Gives the exit codes of both, and what is
 * there when the second has ended and when the first has.
 */
async function interleave(form: Form, onExisting: "replace" | "refuse", step: WholeStep) {
  const parent = await newFolder();
  if (onExisting === "replace") await start(form, parent, "old", "refuse");
  const first = start(form, parent, "first", onExisting, `stop:${step}`);
  await stopped(first.pid!);
  const second = await start(form, parent, "second", onExisting);
  // It may come to the step, and stop, again.
  const going = setInterval(() => first.kill("SIGCONT"), 10);
  const { exitCode } = await first.finally(() => clearInterval(going));
  return { codes: [exitCode, second.exitCode], text: await wholeText(form, parent) };
}

const isIn = (step: WholeStep): boolean => wholeSteps.indexOf(step) >= wholeSteps.indexOf("renameIn");

test.each([
  ...wholeSteps.map((step) => ["folder", step] as const),
  ...(["write", "renameIn"] as const).map((step) => ["file", step] as const),
])(
  "a %s that one process replaces is not touched by another while the first stands still after %s; the last one in stays",
  async (form, step) => {
    const text = isIn(step) ? "second" : "first";
    expect(await interleave(form, "replace", step)).toEqual({ codes: [0, 0], text });
  },
);

test.each([
  ["folder", "write", { codes: [1, 0], text: "second" }],
  ["folder", "renameIn", { codes: [0, 1], text: "first" }],
  ["file", "write", { codes: [1, 0], text: "second" }],
  ["file", "renameIn", { codes: [0, 1], text: "first" }],
] as const)(
  "a %s that must not be there yet is of the first one in: one that stands still after %s, %j",
  async (form, step, expected) => {
    expect(await interleave(form, "refuse", step)).toEqual(expected);
  },
);
