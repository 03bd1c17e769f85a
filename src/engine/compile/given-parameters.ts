/** @file Parameters of a program as a caller gives them: by name, or where their tensors lie. */
import type { TracedProgram } from "../../dsl/index.js";
import type { Argument } from "../../program/index.js";
import type { Checkpoint } from "../../weights/index.js";
import { bindArguments, declarations } from "./bind-arguments.js";
import { readParameters } from "./checkpoint-parameters.js";
import type { AnyGiven } from "./host-tensor.js";
import { checkOptions } from "../../support/options.js";

/** Parameters by path: as arguments are given; or where their tensors lie, a folder or a file of weights, or an open checkpoint. */
export type GivenParameters = Readonly<Record<string, AnyGiven>> | string | Checkpoint;

/**
 * Hands over the bytes of a program's parameters, and of those states that are parameters which it updates, one at a time.
 * @param updated which of those states are wanted; all, unless said
 * @param nameOf what the tensor of a parameter is called in files
 * @throws UsageError with all that do not fit, each with the line that declares it; CheckpointError
 */
export async function takeParameters(
  program: TracedProgram,
  given: GivenParameters,
  options: {
    readonly updated?: readonly string[] | undefined;
    readonly nameOf?: ((path: string) => string) | undefined;
  },
  take: (argument: Argument, bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  checkOptions("takeParameters", options, { updated: true, nameOf: true });
  const { updated = program.updatedParameters ?? [], nameOf = (path) => path } = options;
  const places = declarations(program);
  const wanted = program.arguments
    .map((argument, i) => ({ argument, where: places[i] }))
    .filter(({ argument: { role, name } }) => role === "parameter" || updated.includes(name));
  if (isFiles(given)) {
    await readParameters(
      given,
      wanted.map(({ argument }) => argument),
      nameOf,
      take,
    );
    return;
  }
  for (const { argument, value } of bindArguments(program.name, wanted, given, () => false))
    if ("bytes" in value) await take(argument, value.bytes);
}

const isFiles = (given: GivenParameters): given is string | Checkpoint =>
  typeof given === "string" || ("tensors" in given && given.tensors instanceof Map);
