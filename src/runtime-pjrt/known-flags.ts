/** @file Preferred flags: those that a compiler does not know are left out; and those without which it computes other numbers than StableHLO says. */
import type { CompilerFlags } from "../support/compiler-flags.js";
import type { CompileRequest } from "./compile.js";
import { PjrtError } from "./errors.js";
import { expectRequest } from "./given.js";

/**
 * Preferred for every program of a platform. XLA's CPU compiler makes `maximum`, `minimum` and `clamp` lose a NaN to be a little faster, unless it is
 * told not to; JAX tells it so, too.
 */
const FLAGS_OF_MEANING: Readonly<Partial<Record<string, CompilerFlags>>> = {
  cpu: { xla_cpu_enable_fast_min_max: false },
};

/** The request with the flags that keep to the meaning of ops on a platform; what it says of them itself comes first. */
function withMeaning(platform: string, request: CompileRequest): CompileRequest {
  expectRequest(request);
  const ofMeaning = FLAGS_OF_MEANING[platform];
  if (ofMeaning === undefined) return request;
  const preferredFlags = { ...ofMeaning, ...request.options?.preferredFlags };
  return { ...request, options: { ...request.options, preferredFlags } };
}

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
 * @param platform what the client or topology calls it: some compilers need flags to keep to the meaning of ops
 * @throws ArgumentError for what is no request; what `compile` throws for any other reason
 */
export const withKnownFlags = async <T>(
  platform: string,
  request: CompileRequest,
  compile: (request: CompileRequest) => Promise<T>,
): Promise<T> => withoutUnknown(withMeaning(platform, request), compile);

async function withoutUnknown<T>(
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
    return withoutUnknown({ ...request, options }, compile);
  }
}
