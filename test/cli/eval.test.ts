import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { griffin, temporaryFolder } from "./griffin.js";

/** Evaluates the demo on one line without a plugin: what is told is told before one is looked for. */
async function evalOf(task: string, line: unknown, ...flags: readonly string[]) {
  const data = join(await temporaryFolder(), "a.jsonl");
  await writeFile(data, JSON.stringify(line) ?? "");
  const args = ["--model", "golden/demo-kjv", "--task", task, "--data", data, "--plugin", "/nowhere.so"];
  const { exitCode, stderr } = await griffin(["eval", ...args, ...flags]);
  return { exitCode, lines: stderr.replaceAll(data, "FILE").split("\n") };
}

const CHOICE = { prompt: "a", choices: ["b", "c"], answer: 0 };

describe("what cannot be evaluated is told with file and line, before a device is opened", () => {
  test.each([
    [
      "choice",
      { prompt: "a", choices: ["b"], answer: 0 },
      [
        "data error: a line is no question with choices",
        '  expected: {"choices": [TEXT, TEXT, ...], "answer": NUMBER FROM 0 OR TEXT} beside the question',
        "  got:      choices: Too small: expected array to have >=2 items",
        "  at:       FILE:1",
      ],
    ],
    [
      "choice",
      { prompt: "a", choices: ["b", "c"], answer: "d" },
      [
        "data error: the right answer is none of the choices",
        "  expected: a number from 0 to 1, or one of the choices as it is written there",
        '  got:      "d"',
        "  at:       FILE:1",
      ],
    ],
    [
      "choice",
      { question: "a", choices: ["b", "c"], answer: 1 },
      [
        'data error: a line has no text "prompt", which the template asks for',
        '  expected: fields of the template "{prompt}"',
        "  got:      the fields question, choices, answer",
        "  at:       FILE:1",
        "  hint:     --template says which fields make a question",
      ],
    ],
    [
      "generate",
      { prompt: "a" },
      [
        "data error: a line has no answer to compare with",
        '  expected: "answer": a text',
        "  got:      the fields prompt",
        "  at:       FILE:1",
      ],
    ],
    [
      "generate",
      undefined,
      ["data error: a file has no questions", "  expected: one line or more", "  at:       FILE"],
    ],
  ])("%s %o", async (task, line, lines) => {
    expect(await evalOf(task, line)).toEqual({ exitCode: 1, lines });
  });

  test("an answer that is no number, where numbers are compared", async () => {
    const line = { prompt: "a", answer: "#### many" };
    expect(await evalOf("generate", line, "--number", "--expect", "#### (.*)")).toEqual({
      exitCode: 1,
      lines: [
        "data error: a line has no answer to compare with",
        '  expected: "answer": a text with a number that fits /#### (.*)/',
        '  got:      "#### many"',
        "  at:       FILE:1",
      ],
    });
  });
});

test.each([
  [
    ["--expect", "("],
    [
      "usage error: --expect is not valid",
      "  expected: a regular expression",
      "  got:      Invalid regular expression: /(/: Unterminated group",
    ],
  ],
  [
    ["--max-new-tokens", "5"],
    ["usage error: --max-new-tokens does not go with the task choice", "  expected: the task generate"],
  ],
  [
    ["--task", "perplexity", "--preamble", "README.md"],
    [
      "usage error: --preamble does not go with the task perplexity",
      "  expected: the task choice or generate",
    ],
  ],
])("options that cannot be used: %j", async (flags, lines) => {
  expect(await evalOf("choice", CHOICE, ...flags)).toEqual({ exitCode: 2, lines });
});

test.each([
  [
    ["--data", "x.jsonl"],
    ["usage error: no model given", "  expected: one of --model DIR, --artifact DIR|FILE.zip"],
  ],
  [
    ["--model", "golden/demo-kjv"],
    ["usage error: no data given", "  expected: --data FILE"],
  ],
  [
    ["--artifact", "kjv", "--dtype", "bf16", "--data", "x.jsonl"],
    [
      "usage error: --dtype does not go with an artifact",
      "  at:       kjv",
      "  hint:     its programs are as they were exported; an export takes this option",
    ],
  ],
])("griffin eval %j says what is missing or does not go", async (flags, lines) => {
  const { exitCode, stderr } = await griffin(["eval", ...flags]);
  expect({ exitCode, lines: stderr.split("\n") }).toEqual({ exitCode: 2, lines });
});
