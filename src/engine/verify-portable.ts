/** @file Portable programs of others, judged before a plugin of this process compiles them. */
import { ArtifactError, type ManifestProgram } from "../artifact/index.js";
import { deserializePortable } from "../ir/bytecode/index.js";
import { VerifyError } from "../ir/errors.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { type Client, formatType } from "../runtime-pjrt/index.js";
import type { Interface } from "../program/index.js";
import { GriffinError } from "../support/errors.js";
import type { Problem } from "../support/problems.js";
import { verifyForClient } from "../targets/index.js";
import { mainInterface } from "./stablehlo-program.js";

/** Whose programs they are, and what they are compiled by. */
interface Judged {
  readonly client: Client;
  /** The artifact, for messages. */
  readonly where: string;
  /** Whether its makers may have native code run, which custom calls are. */
  readonly trusted: boolean;
}

/**
 * Judges the programs of an artifact: each must be one that the plugin survives (`verifyForClient`), and of the types that its manifest says.
 * @returns what throws ArtifactError for a program that is not to be compiled
 */
export const verifyPortable =
  ({ client, where, trusted }: Judged) =>
  (bytes: Uint8Array, program: ManifestProgram): void => {
    const refuse = (problem: Omit<Problem, "subject">) => {
      throw new ArtifactError(where, [{ subject: program.file, ...problem }]);
    };
    try {
      const { module } = deserializePortable(bytes);
      const allowCustomCalls = trusted ? customCallsOf(module) : [];
      verifyForClient(module, client, { form: "portable", allowCustomCalls });
      const [expected, got] = [program, mainInterface(module)].map(typesOf);
      if (expected !== got)
        refuse({ problem: "takes or gives something else than the manifest says", expected, got });
    } catch (error) {
      if (!(error instanceof GriffinError) || error instanceof ArtifactError) throw error;
      const { message, expected, got, hint } = error.details;
      refuse({
        problem: `not given to the plugin: ${message}`,
        ...{ expected, got },
        hint: isCustomCall(error) ? CUSTOM_CALLS : hint,
      });
    }
  };

const isCustomCall = (error: GriffinError): boolean =>
  error instanceof VerifyError && error.constraint === "custom_call_target";

const CUSTOM_CALLS =
  "if you trust who made it, --trust-executables (trustExecutables) has native code run, which custom calls are";

const typesOf = ({ arguments: given, results }: Omit<Interface, "name">): string =>
  `(${given.map(formatType).join(", ")}) -> (${results.map(formatType).join(", ")})`;

const customCallsOf = (module: Operation): readonly string[] =>
  [...walk(module)].flatMap((operation) =>
    isOp(operation, "stablehlo.custom_call") ? [operation.attributes.call_target_name] : [],
  );
