/** @file Preferred flags: those that a compiler does not know are left out. */
import type { CompileRequest } from "./compile.js";
import { PjrtError } from "./errors.js";

/** The preferred flag that a compiler says it does not know. XLA names the first such flag of a program's. */
function unknownFlag(error: unknown, request: CompileRequest): string | undefined {
  if (!(error instanceof PjrtError) || error.code !== "INVALID_ARGUMENT") return undefined;
  const name = /^No such compile option: '(\w+)'/.exec(error.pluginMessage)?.[1];
  const { flags = {}, preferredFlags = {} } = request.options ?? {};
  return name !== undefined && Object.hasOwn(preferredFlags, name) && !Object.hasOwn(flags, name)
    ? name
    : undefined;
}

/**
 * Compiles a request, again without each preferred flag that the compiler does not know. It says so before it reads the program.
 * @throws what `compile` throws for any other reason
 */
export async function withKnownFlags<T>(
  request: CompileRequest,
  compile: (request: CompileRequest) => Promise<T>,
): Promise<T> {
  try {
    return await compile(request);
  } catch (error) {
    const unknown = unknownFlag(error, request);
    if (unknown === undefined) throw error;
    const known = Object.entries(request.options?.preferredFlags ?? {}).filter(([name]) => name !== unknown);
    const options = { ...request.options, preferredFlags: Object.fromEntries(known) };
    return withKnownFlags({ ...request, options }, compile);
  }
}
