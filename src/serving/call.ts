/** @file Calls a compiled program with buffers by the roles and names of its arguments. */
import type { DeviceBuffer, Executable } from "../runtime-pjrt/index.js";
import type { Interface } from "../program/interface.js";
import { UsageError } from "../support/errors.js";
import type { ProgramResults } from "./program-set.js";

/** Buffers by role and name, as the arguments of a program ask for them. */
export interface ProgramBuffers {
  readonly inputs?: ReadonlyMap<string, DeviceBuffer>;
  readonly parameters?: ReadonlyMap<string, DeviceBuffer>;
  readonly states?: ReadonlyMap<string, DeviceBuffer>;
  readonly prepared?: ReadonlyMap<string, DeviceBuffer>;
}

/** Enqueues one run. States are donated: their buffers are used up, the results' take their place. @throws UsageError for buffers that are not given; ArgumentError, PjrtError */
export async function callProgram(
  program: Interface,
  executable: Executable,
  buffers: ProgramBuffers,
): Promise<ProgramResults> {
  const list = program.arguments.flatMap(({ role, name }) => {
    const found = {
      input: () => buffers.inputs?.get(name),
      parameter: () => buffers.parameters?.get(name),
      state: () => buffers.states?.get(name),
      prepared: () => buffers.prepared?.get(name),
    }[role]();
    return found === undefined ? [] : [found];
  });
  if (list.length < program.arguments.length) throw missingBuffers(program, buffers);
  const results = await executable.execute(list);
  const named = (wanted: "output" | "state" | "probe"): ReadonlyMap<string, DeviceBuffer> =>
    new Map(
      program.results.flatMap(({ role, name }, i) => (role === wanted ? [[name, results[i]!] as const] : [])),
    );
  for (const { role, name } of program.arguments) if (role === "state") buffers.states?.get(name)?.close();
  return { outputs: named("output"), states: named("state"), probes: named("probe") };
}

/** What is asked for and what was given, by role. */
function missingBuffers(
  { name: program, arguments: wanted }: Interface,
  { inputs, parameters, states, prepared }: ProgramBuffers,
): UsageError {
  const given = {
    input: new Set(inputs?.keys()),
    parameter: new Set(parameters?.keys()),
    state: new Set(states?.keys()),
    prepared: new Set(prepared?.keys()),
  };
  const missing = wanted.filter(({ role, name }) => !given[role].has(name));
  const needsPreparation = missing.some(({ role }) => role === "prepared");
  return new UsageError({
    message: `${program} runs without ${missing.length} of its ${wanted.length} arguments`,
    expected: missing.map(({ role, name }) => `${role} "${name}"`).join(", "),
    got: Object.entries(given)
      .flatMap(([role, names]) => [...names].map((name) => `${role} "${name}"`))
      .join(", "),
    hint: needsPreparation
      ? "its preparing program computes the `prepared` ones from the parameters, once; or lower it without `prepare`"
      : "give a buffer for each, by its name",
  });
}
