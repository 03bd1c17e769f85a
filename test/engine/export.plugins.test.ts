import { expect, test } from "vitest";
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";
import { twoAtOnce } from "../../tools/support/two-at-once.js";
import { exportedPrograms, PROGRAM_COUNT } from "./exported-programs.js";

/** Whether a plugin takes our programs is asked, not what it makes of them. */
const options = { flags: { xla_backend_optimization_level: 0 } };

const programs = await exportedPrograms("cpu");

test.each(["fastatomstruct-xla-cpu", "xla-cpu-pjrt", "lammps-jax-pjrt-cpu"])(
  "%s compiles every exported program",
  async (name) => {
    const plugin = await Plugin.load(await installPlugin(name));
    await using client = await plugin.createClient();
    const compiled = await twoAtOnce(programs, async ([program, { content, signature }]) => {
      using executable = await client.compile({ program: content.bytecode, signature, options });
      return [program, executable.program.results.length] as const;
    });
    expect(compiled).toEqual(programs.map(([program, { content }]) => [program, content.results.length]));
    expect(compiled).toHaveLength(PROGRAM_COUNT);
  },
  600_000,
);
