/** @file What a pass is: a name, typed options, an example that is its test, and a function over a module. */
import { z } from "zod";
import type { Operation } from "../ir/operation.js";
import { UsageError } from "../support/errors.js";
import { describeWrongOption } from "./option-errors.js";
import { checkOptions } from "../support/options.js";
import { checkMembers } from "../support/members.js";

/** What a pass may tell while it runs. */
export interface PassContext {
  /** Says that something was changed, in words for a table: `count("operations removed")`. No count, no change. */
  count(what: string, by?: number): void;
}

/** The raw options of a pass: from a pipeline's text or from code. */
type RawOptions = Readonly<Record<string, unknown>>;

/** MLIR text before and after the pass; a test runs every one. */
export interface PassExample {
  /** Options as in a pipeline, `strategy=blocked block=128`. */
  readonly options?: string;
  readonly before: string;
  readonly after: string;
}

/** A pass whose options were checked: ready to change a module. */
export type PassRun = (module: Operation, context: PassContext) => void;

/** One configured pass of a pipeline. */
export interface PipelineStep {
  readonly name: string;
  /** As they were given, for printing; what was left out is undefined or absent. */
  readonly options: RawOptions;
  readonly run: PassRun;
}

export type Pipeline = readonly PipelineStep[];

/** A pass by name. Made by `definePass`. */
export interface Pass<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly options: Options;
  readonly example: PassExample;
  /** A step of a pipeline: the pass with these options, its defaults for the others. @throws UsageError for an option that is not valid */
  with(options?: z.input<Options>): PipelineStep;
}

/** What `definePass` is given. */
export interface PassDefinition<Options extends z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  /** Every option has a default; `.describe()` is its help. */
  readonly options?: Options;
  readonly example: PassExample;
  run(module: Operation, context: PassContext, options: z.output<Options>): void;
}

function wrongOption(pass: string, given: RawOptions, error: z.ZodError): UsageError {
  const { option, details } = describeWrongOption(pass, error);
  return new UsageError({ ...details, got: String(given[option]) });
}

/** Declares a pass. `run` changes the module in place and counts each change. */
export function definePass<Options extends z.ZodObject = z.ZodObject<Record<never, never>>>(
  definition: PassDefinition<Options>,
): Pass<Options> {
  // Who makes a pass of another spreads it: `with` is made anew.
  checkOptions<PassDefinition<Options> & { readonly with?: unknown }>("definePass", definition, {
    name: true,
    summary: true,
    options: true,
    example: true,
    run: true,
    with: true,
  });
  checkMembers("definePass", "definition", definition, {
    name: "text",
    summary: "text",
    options: "object?",
    example: "object",
    run: "function",
  });
  checkMembers(`definePass of ${definition.name}`, "example", definition.example, {
    before: "text",
    after: "text",
    options: "text?",
  });
  const schema = definition.options ?? (z.object({}) as unknown as Options);
  return {
    name: definition.name,
    summary: definition.summary,
    options: schema,
    example: definition.example,
    with(given) {
      const checked = schema.safeParse(given ?? {});
      if (!checked.success) throw wrongOption(definition.name, given ?? {}, checked.error);
      return {
        name: definition.name,
        options: given ?? {},
        run: (module, context) => definition.run(module, context, checked.data),
      };
    },
  };
}
