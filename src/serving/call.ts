/** @file Calls a compiled program with buffers by the roles and names of its arguments. */
import type { DeviceBuffer, Executable } from "../runtime-pjrt/index.js";
import { InternalError } from "../support/errors.js";
import type { ProgramResults } from "./program-set.js";

/** What the arguments and results of a program are, in order. */
export interface ProgramShape {
  readonly name: string;
  readonly arguments: readonly {
    readonly role: "input" | "parameter" | "state" | "prepared";
    /** Input name, parameter or state path; for `prepared` the number of the result of the preparing program. */
    readonly name: string;
  }[];
  readonly results: readonly { readonly role: "output" | "state" | "probe"; readonly name: string }[];
}

/** Buffers by role and name, as the arguments of a program ask for them. */
export interface ProgramBuffers {
  readonly inputs?: ReadonlyMap<string, DeviceBuffer>;
  readonly parameters?: ReadonlyMap<string, DeviceBuffer>;
  readonly states?: ReadonlyMap<string, DeviceBuffer>;
  readonly prepared?: readonly DeviceBuffer[];
}

/** Enqueues one run. States are donated: their buffers are used up, the results' take their place. @throws ArgumentError, PjrtError */
export async function callProgram(
  shape: ProgramShape,
  executable: Executable,
  buffers: ProgramBuffers,
): Promise<ProgramResults> {
  const list = shape.arguments.map(({ role, name }) => {
    const found = {
      input: () => buffers.inputs?.get(name),
      parameter: () => buffers.parameters?.get(name),
      state: () => buffers.states?.get(name),
      prepared: () => buffers.prepared?.[Number(name)],
    }[role]();
    if (found === undefined) throw new InternalError(`${shape.name} runs without its ${role} "${name}"`);
    return found;
  });
  const results = await executable.execute(list);
  const named = (wanted: "output" | "state" | "probe"): ReadonlyMap<string, DeviceBuffer> =>
    new Map(
      shape.results.flatMap(({ role, name }, i) => (role === wanted ? [[name, results[i]!] as const] : [])),
    );
  for (const { role, name } of shape.arguments) if (role === "state") buffers.states?.get(name)?.close();
  return { outputs: named("output"), states: named("state"), probes: named("probe") };
}
