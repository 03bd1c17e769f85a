import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { knownModels } from "../../../src/cli/models.js";
import { sharedFolder } from "../../artifact/exported.js";
import { griffinJson, type RunOptions } from "../../cli/griffin.js";
import { COUNT, continued, prompts } from "./continued.js";
import { llama } from "./llama-definition.js";
import { storeCase, storeLlama, untilEnd } from "./stored.js";

const folder = await sharedFolder();
const stored = join(folder, "stored");
let expected: number[][] = [];

beforeAll(async () => {
  await storeLlama(stored);
  expected = await continued();
});

describe("the command line that is handed a model of one's own", () => {
  const options: RunOptions = { models: knownModels([llama]) };
  const json = (...args: readonly string[]) => griffinJson(args, options);
  const asIds = prompts.flatMap((prompt) => ["--tokens", prompt.join(",")]);

  it("exports it, tells what the artifact is, and continues prompts with that", async () => {
    const place = join(folder, "by command");
    await json("export", "--model", stored, "-o", place, "--batch", "2", "--chunk", "16", "--with-weights");
    expect(await json("inspect", "--verify", place)).toMatchObject({ kind: "artifact", problems: [] });
    const summary = await json("generate", "--artifact", place, ...asIds, "--max-new-tokens", String(COUNT));
    expect(summary).toMatchObject({ rows: expected.map((tokens) => ({ tokens: untilEnd(tokens) })) });
  });

  it("checks its golden cases", async () => {
    const place = join(folder, "case by command");
    await storeCase(place, { formula: false });
    expect(await json("golden", "check", place)).toMatchObject({ passed: 1, failed: 0 });
  });

  it("counts what it costs", async () => {
    const report = await json("cost", "--preset", "small", "--program", "next", "--target", "cpu");
    expect(report).toMatchObject({ target: "cpu" });
  });
});
