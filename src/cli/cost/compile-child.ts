/** @file Run by `compileApart` in a process of its own: loads a plugin, compiles one program, answers with what it costs. */
import { getOneMessage, sendMessage } from "execa";
import { compileAndCount } from "../../engine/index.js";
import { Plugin } from "../../runtime-pjrt/index.js";
import { GriffinError } from "../../support/errors.js";
import type { CompileAnswer, CompileJob } from "./compile.js";

async function answer({ plugin, topology, request }: CompileJob): Promise<CompileAnswer> {
  try {
    return { compiled: await compileAndCount(await Plugin.load(plugin), topology, request) };
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
    const { cause: _cause, ...details } = error.details;
    return { error: { kind: error.kind, details: { ...details }, exitCode: error.exitCode } };
  }
}

await sendMessage(await answer((await getOneMessage()) as unknown as CompileJob));
