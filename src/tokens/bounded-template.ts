/** @file A Jinja template of anybody's, rendered within bounds: a loop or a list in it can take neither the time nor the memory of the process. */
import { withinTime } from "../support/time-limit.js";

/** A template that was parsed. */
export interface BoundedTemplate {
  /** Its text. @throws WorkLimitError, TimeLimitError (`support/time-limit.ts`) beyond the bounds; what the template raises */
  render(values: Readonly<Record<string, unknown>>): string;
}

/** A template made more than the texts of a dialogue need. */
export class WorkLimitError extends Error {
  constructor(readonly most: number) {
    super(`more than ${most} characters`);
  }
}

/** Milliseconds for parsing, and for each text: templates take about one. */
export const LONGEST_RENDER = 2000;

/**
 * Characters that one text may take, those in between included, and how many more for each character that goes in. A step or an item
 * counts as 16: an item takes some 200 bytes with what a loop makes for it. Templates take some hundred for a character that goes in.
 */
const MOST_WORK = { fixed: 2 ** 23, perCharacter: 256 } as const;
const ONE = 16;

/** What evaluates a template; the package's own types of it are not found from ES modules. */
type InterpreterClass = new (
  environment: unknown,
) => {
  evaluate(...step: readonly unknown[]): { readonly value: unknown };
  run(program: unknown): { readonly value: unknown };
};

/** @throws TimeLimitError; SyntaxError or RangeError for what is no template */
export async function boundedTemplate(source: string): Promise<BoundedTemplate> {
  const jinja = await import("@huggingface/jinja");
  const { Environment, Template } = jinja;
  const Interpreter: InterpreterClass = jinja.Interpreter;

  /** Counts each step, and each value once, where it is made. */
  class Counting extends Interpreter {
    readonly #counted = new WeakSet<object>();
    readonly #charge: (work: number) => void;

    constructor(environment: unknown, charge: (work: number) => void) {
      super(environment);
      this.#charge = charge;
    }

    override evaluate(...step: readonly unknown[]) {
      this.#charge(ONE);
      const result = super.evaluate(...step);
      if (this.#counted.has(result)) return result;
      this.#counted.add(result);
      this.#charge(sizeOf(result.value));
      return result;
    }
  }

  const strftime = new Template("{{ strftime_now(format) }}");
  const template = withinTime(LONGEST_RENDER, () => new Template(source));
  return {
    render(values) {
      const charge = meter(MOST_WORK.fixed + MOST_WORK.perCharacter * JSON.stringify(values).length);
      const environment = new Environment();
      const globals = {
        ...{ true: true, True: true, false: false, False: false, none: null, None: null },
        raise_exception: (message: string) => {
          throw new Error(message);
        },
        range: (...given: readonly number[]) => range(charge, ...given),
        strftime_now: (format: string) => strftime.render({ format }),
        ...values,
      };
      for (const [name, value] of Object.entries(globals)) environment.set(name, value);
      return withinTime(LONGEST_RENDER, () =>
        String(new Counting(environment, charge).run(template.parsed).value),
      );
    },
  };
}

/** Adds up work. @throws WorkLimitError when it is more than `most` */
function meter(most: number): (work: number) => void {
  let done = 0;
  return (work) => {
    done += work;
    if (done > most) throw new WorkLimitError(most);
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return ONE * value.length;
  return value instanceof Map ? ONE * value.size : 0;
}

/** Jinja's range, refused before it is made. */
function range(charge: (work: number) => void, ...given: readonly number[]): number[] {
  const [start, stop, step] = given.length === 1 ? [0, given[0]!, 1] : [given[0]!, given[1]!, given[2] ?? 1];
  if (step === 0) throw new Error("range() step must not be zero");
  // To what is no number it has no items; work that is NaN would be within every bound.
  const length = Math.max(0, Math.ceil((stop - start) / step) || 0);
  charge(ONE * length);
  return Array.from({ length }, (_, i) => start + i * step);
}
