/** @file What the states of a batch are, as its decoding program says. */
import type { Argument } from "../program/interface.js";
import { UsageError } from "../support/errors.js";
import type { RowAxes } from "./device-tensors.js";
import { decodingProgram } from "./generation-programs.js";
import type { ProgramSet } from "./program-set.js";

/** The states that programs of a batch take, in order. */
export async function statesOf(model: ProgramSet, batch: number): Promise<readonly Argument[]> {
  const { arguments: all } = await model.interfaceOf(decodingProgram(model.generation, batch));
  return all.filter(({ role }) => role === "state");
}

/**
 * Which axis of each state holds the rows of the batch: the one that is called as that of the tokens.
 * @throws UsageError for a model with a state that rows share
 */
export async function rowAxesOf(model: ProgramSet, batch: number): Promise<RowAxes> {
  const { generation } = model;
  const program = await model.interfaceOf(decodingProgram(generation, batch));
  const tokens = program.arguments.find(
    ({ role, name }) => role === "input" && name === generation.inputs.tokens,
  );
  const rows = tokens?.axes[0];
  const states = await statesOf(model, batch);
  return new Map(
    states.map(({ name, axes }) => {
      const at = rows === undefined ? -1 : axes.indexOf(rows);
      if (at >= 0) return [name, at];
      throw new UsageError({
        message: `state "${name}" belongs to no row of a batch: rows cannot be moved`,
        expected: `an axis ${rows}, as the tokens have`,
        got: `axes ${axes.join(", ")}`,
        hint: "use a session of one row for each text",
      });
    }),
  );
}
