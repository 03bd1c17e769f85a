/** @file config.json read key by key: every value is checked by a schema whose message says what it must be. */
import type { z } from "zod";
import { nearestName } from "../support/suggest.js";
import type { ConfigFiles, JsonObject, Problem } from "../weights/index.js";

/** One schema for each key that matters; its message says what the key must be. */
export type ConfigFields = Readonly<Record<string, z.ZodType>>;

/** What the keys hold; a key that is missing or wrong is undefined. */
export type ConfigValues<Fields extends ConfigFields> = {
  readonly [K in keyof Fields]?: z.output<Fields[K]> | undefined;
};

/** The keys of config.json, with the token ids that generation_config.json gives in their place. */
export function mergedConfig({ config, generation }: Pick<ConfigFiles, "config" | "generation">): JsonObject {
  const { bos_token_id, eos_token_id, pad_token_id } = generation;
  const ids = Object.entries({ bos_token_id, eos_token_id, pad_token_id });
  return { ...config, ...Object.fromEntries(ids.filter(([, id]) => id !== undefined && id !== null)) };
}

/** Reads every key; those that are missing or wrong are added to `problems`, with a misspelt key where one is near. */
export function readConfigFields<Fields extends ConfigFields>(
  raw: JsonObject,
  fields: Fields,
  problems: Problem[],
): ConfigValues<Fields> {
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const { success, data, error } = field.safeParse(raw[key]);
    if (success) {
      values[key] = data;
      continue;
    }
    const present = raw[key] !== undefined && raw[key] !== null;
    const unknownKeys = Object.keys(raw).filter((name) => !Object.hasOwn(fields, name));
    const slip = present ? undefined : nearestName(key, unknownKeys);
    problems.push({
      subject: key,
      problem: present ? "unusable value" : "missing",
      expected: error.issues[0]?.message,
      ...(present ? { got: JSON.stringify(raw[key]) } : {}),
      ...(slip === undefined ? {} : { hint: `is ${JSON.stringify(slip)} this key, misspelt?` }),
    });
  }
  return values as ConfigValues<Fields>;
}
