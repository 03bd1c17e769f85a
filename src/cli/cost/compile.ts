/** @file Compiles in a process of its own: some programs make a compiler end its process, which must not be ours. */
import { fileURLToPath } from "node:url";
import { execaNode } from "execa";
import { z } from "zod";
import type { CompiledCost } from "../../engine/index.js";
import type { CompileRequest } from "../../runtime-pjrt/index.js";
import type { TopologyRequest } from "../../targets/index.js";
import { EnvironmentError, GriffinError } from "../../support/errors.js";

/** What the other process is told. */
export interface CompileJob {
  /** Path of the plugin. */
  readonly plugin: string;
  /** Undefined for the devices that the plugin finds. */
  readonly topology: TopologyRequest | undefined;
  readonly request: CompileRequest;
}

const error = z.object({
  kind: z.string(),
  details: z.object({ message: z.string() }).loose(),
  exitCode: z.union([z.literal(1), z.literal(2), z.literal(3)]),
});

const answer = z.union([
  z.object({ compiled: z.custom<CompiledCost>((value) => typeof value === "object") }),
  z.object({ error }),
]);

/** What the other process answers: what it counted, or an error of ours as data. */
export type CompileAnswer = z.infer<typeof answer>;

/** @throws GriffinError as the other process met it; EnvironmentError with its last words when it ended without an answer */
export async function compileApart(job: CompileJob): Promise<CompiledCost> {
  const child = fileURLToPath(new URL("./compile-child.js", import.meta.url));
  const { ipcOutput, stderr, signal, exitCode } = await execaNode(child, { ipcInput: job, reject: false });
  const { data } = answer.safeParse(ipcOutput[0]);
  if (data === undefined) {
    throw new EnvironmentError({
      message: "the compiler ended without an answer",
      got: signal === undefined ? `exit code ${exitCode}` : `signal ${signal}`,
      details: stderr.trim().split("\n").slice(-5),
      hint: "the program may be one that this compiler cannot take: griffin lower writes it to a file",
    });
  }
  if ("compiled" in data) return data.compiled;
  throw new GriffinError(data.error.kind, data.error.details, data.error.exitCode);
}
