import { execa } from "execa";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.js";
import { CommandContext } from "../../src/cli/context.js";
import { ownModels } from "../../src/cli/models.js";
import { shells } from "../../src/cli/completion/shells.js";
import { allCommands, completedCommand } from "../../src/cli/completion/table.js";
import { griffin, root } from "./griffin.js";

const { stdout: script } = await griffin(["completion", "bash"]);

/** What bash offers for command lines whose last word is being typed: its own compgen, by our function. */
async function completions(lines: readonly string[]): Promise<readonly (readonly string[])[]> {
  // bash cuts words at "=" too.
  const words = (line: string) => line.split(/ |(=)/).filter((word) => word !== undefined);
  const asked = lines.map(
    (line) =>
      `COMP_WORDS=(${words(line)
        .map((word) => `'${word}'`)
        .join(
          " ",
        )}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _griffin; printf '%s\\n' "\${COMPREPLY[@]}" ----`,
  );
  const { stdout } = await execa("bash", ["--norc", "-c", `${script}\n${asked.join("\n")}`], { cwd: root });
  return stdout
    .split(/\n?----\n?/)
    .slice(0, -1)
    .map((text) => text.split("\n").filter((word) => word !== ""));
}

const presets = (start: string) => ownModels.presets.filter((name) => name.startsWith(start));

test("bash completes commands, options, their values, and files", async () => {
  const asked = {
    "griffin lo": ["lower"],
    "griffin g": ["generate", "golden", "graph"],
    "griffin golden ": ["check"],
    "griffin lower --tar": ["--target"],
    "griffin lower --sc": ["--scan", "--scan-block"],
    "griffin lower --scan b": ["blocked"],
    "griffin lower --preset tiny": presets("tiny"),
    "griffin lower --preset=tiny-": presets("tiny-"),
    "griffin golden check --dtype ": ["f32", "bf16", "both"],
    "griffin completion ": ["bash", "zsh", "fish"],
    "griffin generate --model gold": ["golden"],
    "griffin generate --seed ": [],
    "griffin opt package.j": ["package.json"],
    "griffin opt --emit p": ["pretty", "portable"],
    "griffin generate --plugin cu": ["cuda"],
    "griffin -": ["--version", "-v", "--help", "-h"],
  };
  const got = await completions(Object.keys(asked));
  expect(Object.fromEntries(Object.keys(asked).map((line, i) => [line, got[i]]))).toEqual(asked);
});

test("every option and every command of the command line is in the script of each shell", async () => {
  const context = new CommandContext({ ...process, env: process.env }, ownModels, []);
  const { program } = createProgram(context);
  const commands = allCommands(completedCommand(program));
  expect(commands.length).toBeGreaterThan(15);
  for (const shell of shells) {
    const { stdout } = await griffin(["completion", shell]);
    const flags = commands.flatMap(({ options }) => options.flatMap((option) => option.flags));
    const written =
      shell === "fish" ? flags.map((flag) => flag.replace(/^--/, "-l ").replace(/^-(?=\w$)/, "-s ")) : flags;
    expect([...new Set(written)].filter((flag) => !stdout.includes(flag))).toEqual([]);
    expect(commands.filter(({ path }) => path.length > 0 && !stdout.includes(path.at(-1)!))).toEqual([]);
  }
});

test.each(shells)(
  "the script for %s is one that the shell can read, where there is that shell",
  async (shell) => {
    const found = await execa(shell, ["--version"], { reject: false });
    if (found.failed) return;
    const { stdout } = await griffin(["completion", shell]);
    const { stderr, exitCode } = await execa(shell, ["-n"], { input: stdout, reject: false });
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  },
);

test("a shell that is not known is refused with those that are", async () => {
  expect(await griffin(["completion", "bsh"])).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "usage error: the shell is not valid\n  expected: bash, zsh, fish\n  got:      bsh\n  hint:     did you mean bash?",
  });
});
