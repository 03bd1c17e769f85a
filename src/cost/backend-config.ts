/** @file What compilers note at an instruction, of which two facts are read. */
import { z } from "zod";

const schema = z.object({
  /** libtpu, for everything that its cost model knows. */
  window_config: z.object({ estimated_cycles: z.coerce.number().optional() }).optional(),
  /** Of loops. */
  known_trip_count: z.object({ n: z.coerce.number() }).optional(),
});

/** The compiler's estimate of cycles and its count of a loop's turns; nothing where the text is not JSON or says nothing. */
export function readBackendConfig(text: string): {
  readonly cycles?: number | undefined;
  readonly trips?: number | undefined;
} {
  // Most configurations are long and say neither: they need no parsing.
  if (!text.includes("estimated_cycles") && !text.includes("known_trip_count")) return {};
  const { data } = schema.safeParse(parseJson(text));
  const cycles = data?.window_config?.estimated_cycles;
  // Negative is what the compiler writes where its model has no answer.
  return {
    cycles: cycles !== undefined && cycles >= 0 ? cycles : undefined,
    trips: data?.known_trip_count?.n,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
