import { describe, expect, test } from "vitest";
import { withClient } from "./cpu.js";
import { addProgram, f32x4 } from "./programs.js";

const signature = { arguments: [f32x4, f32x4], results: [f32x4] };

describe("preferred flags", () => {
  test("those that a compiler does not know are left out, the others it is given", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature,
        options: {
          preferredFlags: { xla_of_tomorrow: "x", xla_cpu_enable_fast_math: false, xla_of_yesterday: 1 },
        },
      });
      expect(executable.program.compileOptions.envOptionOverrides).toMatchObject({
        xla_cpu_enable_fast_math: { value: { case: "flag", value: false } },
      });
      expect(Object.keys(executable.program.compileOptions.envOptionOverrides)).toEqual([
        "xla_cpu_enable_fast_math",
      ]);
    }));

  test("a flag that is asked for comes before a preferred one of its name", () =>
    withClient(async (client) => {
      using executable = await client.compile({
        program: addProgram(),
        signature,
        options: {
          flags: { xla_cpu_enable_fast_math: true },
          preferredFlags: { xla_cpu_enable_fast_math: false },
        },
      });
      expect(executable.program.compileOptions.envOptionOverrides.xla_cpu_enable_fast_math?.value).toEqual({
        case: "flag",
        value: true,
      });
    }));

  test("one that is asked for must be known, though it is preferred too", () =>
    withClient(async (client) => {
      const flags = { xla_of_tomorrow: "x" };
      await expect(
        client.compile({ program: addProgram(), signature, options: { flags, preferredFlags: flags } }),
      ).rejects.toThrow("No such compile option: 'xla_of_tomorrow'");
    }));

  test("what else the compiler says of a program is told", () =>
    withClient(async (client) => {
      await expect(
        client.compile({
          program: "module {\n  nonsense\n}",
          signature,
          options: { preferredFlags: { xla_of_tomorrow: "x" } },
        }),
      ).rejects.toThrow(":2:3");
    }));
});
