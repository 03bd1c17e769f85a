import { presetNames } from "../../models/names.js";
import { expect, test } from "vitest";
import { griffin } from "./griffin.js";

const commands = [
  ["demo"],
  ["doctor"],
  ["generate"],
  ["chat"],
  ["train"],
  ["eval"],
  ["golden", "check"],
  ["export"],
  ["inspect"],
  ["convert"],
  ["lower"],
  ["cost"],
  ["graph"],
  ["opt"],
  ["run"],
  ["conform"],
  ["plugin", "install"],
  ["plugin", "list"],
  ["completion"],
  ["version"],
];

test.each(commands)("griffin %s %s --help shows options and examples and exits with 0", async (...words) => {
  const { exitCode, stdout, stderr } = await griffin([...words, "--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("Usage: griffin");
  expect(stdout).toContain("--json");
  expect(stdout).toMatch(/Examples:\n {2}griffin /);
});

test.each(["--version", "-v", "version"])("griffin %s prints the package's version", async (word) => {
  expect(await griffin([word])).toEqual({ exitCode: 0, stdout: "0.1.0", stderr: "" });
});

test("--model demo is the model that comes with the package, wherever one is taken", async () => {
  const named = await griffin(["lower", "--model", "demo", "--program", "decode"]);
  expect(named.exitCode).toBe(0);
  expect(named).toEqual(await griffin(["lower", "--model", "golden/demo-kjv", "--program", "decode"]));
});

test.each(commands)("examples of griffin %s %s name no file of this repository", async (...words) => {
  const { stdout } = await griffin([...words, "--help"]);
  expect(stdout.split("Examples:")[1]).not.toContain("golden/demo-kjv");
});

test("griffin alone shows the commands and is wrong usage", async () => {
  const { exitCode, stderr } = await griffin([]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("usage error: no command given");
});

test("an unknown command suggests the nearest one", async () => {
  expect(await griffin(["genrate"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "usage error: unknown command 'genrate'\n  hint:     did you mean generate?",
  });
});

test("a complaint of the command line without a near word says which help lists what there is", async () => {
  for (const [args, lines] of [
    [
      ["golden", "check", "--modle", "x"],
      ["unknown option '--modle'", "griffin golden check --help lists what it takes"],
    ],
    [
      ["doctor", "x"],
      [
        "too many arguments for 'doctor'. Expected 0 arguments but got 1.",
        "griffin doctor --help lists what it takes",
      ],
    ],
    [["xylophone"], ["unknown command 'xylophone'", "griffin --help lists commands"]],
  ] as const)
    expect((await griffin(args)).stderr).toBe(`usage error: ${lines.join("\n  hint:     ")}`);
});

test("an unknown option suggests the nearest one", async () => {
  expect(await griffin(["generate", "--model", "x", "--promt", "y"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "usage error: unknown option '--promt'\n  hint:     did you mean --prompt?",
  });
});

test("a command without what it needs says what is missing", async () => {
  const { exitCode, stderr } = await griffin(["generate", "--prompt", "x"]);
  expect(exitCode).toBe(2);
  expect(stderr).toBe("usage error: no model given\n  expected: one of --model DIR, --artifact DIR|FILE.zip");
});

test("with --json an error is also a JSON document on stdout", async () => {
  const { exitCode, stdout } = await griffin(["lower", "--preset", "tiney", "--json"]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    error: {
      kind: "usage error",
      message: "--preset is not valid",
      expected: presetNames.join(", "),
      got: "tiney",
      hint: "did you mean tiny?",
      exitCode: 2,
    },
  });
});
