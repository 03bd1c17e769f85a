import { expect, test } from "vitest";
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { exportedPrograms } from "./exported-programs.js";

const programs = exportedPrograms("cpu");

test.each(["fastatomstruct-xla-cpu", "xla-cpu-pjrt", "lammps-jax-pjrt-cpu"])(
  "%s compiles every exported program",
  async (name) => {
    const plugin = await Plugin.load(await installPlugin(name));
    await using client = await plugin.createClient();
    const compiled: string[] = [];
    for (const [program, { content, signature }] of programs) {
      using executable = await client.compile({ program: content.bytecode, signature });
      if (executable.program.results.length === content.results.length) compiled.push(program);
    }
    expect(compiled).toEqual(programs.map(([program]) => program));
    expect(compiled).toHaveLength(3 * (1 + 2 + 3) + 6);
  },
  600_000,
);
