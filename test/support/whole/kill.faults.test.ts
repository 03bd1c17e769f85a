import { describe, expect, test } from "vitest";
import { type WholeStep, wholeSteps } from "../../../src/support/failpoints.js";
import { removeAbandoned } from "../../../src/support/work-folder.js";
import { type Form, newFolder, start, wholeText } from "./children.js";

/** Makes it in a process of its own, which dies at `step`; which it does not reach is a failure. */
async function make(
  form: Form,
  parent: string,
  text: string,
  onExisting: "replace" | "refuse",
  step?: WholeStep,
) {
  const failpoint = step === undefined ? undefined : `kill:${step}`;
  const { exitCode, signal, stderr } = await start(form, parent, text, onExisting, failpoint);
  const end =
    step === undefined ? { exitCode: 0, signal: undefined } : { exitCode: undefined, signal: "SIGKILL" };
  expect({ exitCode, signal, stderr }).toEqual({ ...end, stderr: "" });
}

const folderSteps = wholeSteps;
const fileSteps = wholeSteps.filter((step) => step !== "setAside");
const isIn = (step: WholeStep): boolean => wholeSteps.indexOf(step) >= wholeSteps.indexOf("renameIn");

describe.each([
  ["folder", folderSteps],
  ["file", fileSteps],
] as const)("a %s whose process is killed", (form, steps) => {
  test.each(fileSteps)("at %s is not there, or is there whole; nothing else stays", async (step) => {
    const parent = await newFolder();
    await make(form, parent, "new", "refuse", step);
    await removeAbandoned(parent);
    expect(await wholeText(form, parent)).toBe(isIn(step) ? "new" : undefined);
  });

  test.each(steps)(
    "at %s in the place of another is the old one or the new one; nothing else stays",
    async (step) => {
      const parent = await newFolder();
      await make(form, parent, "old", "refuse");
      await make(form, parent, "new", "replace", step);
      await removeAbandoned(parent);
      expect(await wholeText(form, parent)).toBe(isIn(step) ? "new" : "old");
    },
  );
});

test("one that is killed after another was, at every step of both, loses nothing, and the next one takes its place", async () => {
  const parent = await newFolder();
  await make("folder", parent, "0", "refuse");
  let there = "0";
  for (const [i, step] of wholeSteps.entries()) {
    await make("folder", parent, `${i}a`, "replace", "setAside");
    await make("folder", parent, `${i}b`, "replace", step);
    if (isIn(step)) there = `${i}b`;
    await removeAbandoned(parent);
    expect(await wholeText("folder", parent)).toBe(there);
  }
  await make("folder", parent, "last", "replace");
  expect(await wholeText("folder", parent)).toBe("last");
});
