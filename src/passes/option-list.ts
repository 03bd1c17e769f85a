/** @file The options of a pass, read from their schema. */
import { z } from "zod";
import type { Pass } from "./pass.js";

/** An option of a pass, as people read it. */
export interface PassOption {
  readonly name: string;
  /** What may be given: `true|false`, `blocked|sequential`, `integer`. */
  readonly values: string;
  readonly default?: unknown;
  readonly help: string;
}

interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
}

function valuesOf(schema: OptionSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join("|");
  return schema.type === "boolean" ? "true|false" : (schema.type ?? "value");
}

/** The options that a pass takes, in the order in which it declares them. */
export function passOptions(pass: Pass): readonly PassOption[] {
  const schema = z.toJSONSchema(pass.options, { io: "output", unrepresentable: "any" });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const option = property as OptionSchema;
    const fallback = option.default === undefined ? {} : { default: option.default };
    return { name, values: valuesOf(option), ...fallback, help: option.description ?? "" };
  });
}
