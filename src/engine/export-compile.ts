/** @file Executables of an artifact's programs: compiled by a client's plugin, or ahead of time for devices that are not here. */
import {
  type CompiledPrograms,
  fingerprintOf,
  fingerprintOfTopology,
  type StoredExecutable,
} from "../artifact/index.js";
import {
  type Client,
  type CompiledProgram,
  type CompileRequest,
  ifSupported,
  type Plugin,
  type Topology,
} from "../runtime-pjrt/index.js";
import { type WaitOptions, waitInSteps } from "../support/wait.js";
import type { ExportedProgram } from "./export-programs.js";

/** Where programs are compiled: on devices that are there, or for a topology that is described. */
export type ExportCompiler =
  | { readonly client: Client }
  | { readonly plugin: Plugin; readonly topology: Topology; readonly topologyName: string };

/**
 * Compiles the portable artifacts themselves, so that what runs is what is written.
 * @param onProgram is told the name of each program before it is compiled
 * @throws PjrtError with the compiler's words; UnsupportedByPluginError for a plugin that cannot write executables; AbortedError
 */
export async function compileExported(
  compiler: ExportCompiler,
  programs: readonly ExportedProgram[],
  onProgram?: (name: string) => void,
  wait: WaitOptions = {},
): Promise<CompiledPrograms> {
  const left = waitInSteps("compiling", wait);
  const executables = new Map<string, StoredExecutable>();
  for (const { content, signature } of programs) {
    onProgram?.(content.name);
    executables.set(content.name, await compile(compiler, { program: content.bytecode, signature }, left()));
  }
  if ("client" in compiler) return { fingerprint: await fingerprintOf(compiler.client), executables };
  const { plugin, topology, topologyName } = compiler;
  const fingerprint = await fingerprintOfTopology(plugin, topology);
  return { fingerprint, topology: topologyName, executables };
}

async function compile(
  compiler: ExportCompiler,
  request: CompileRequest,
  wait: WaitOptions,
): Promise<StoredExecutable> {
  if ("client" in compiler) {
    using executable = await compiler.client.compile(request, wait);
    return store(executable.program);
  }
  using program = await compiler.topology.compile(request, wait);
  return store(program);
}

function store(program: CompiledProgram): StoredExecutable {
  return { bytes: program.serialize(), memory: plannedMemory(program) };
}

/** What the compiler planned; undefined where it does not tell. */
function plannedMemory(program: CompiledProgram): StoredExecutable["memory"] {
  const stats = ifSupported(() => program.memoryStats());
  if (stats === undefined) return undefined;
  const { arguments: given, results, aliased, temporary, generatedCode } = stats;
  return { arguments: given, results, aliased, temporary, generatedCode };
}
