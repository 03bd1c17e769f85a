import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { griffinProgram } from "../../models/griffin.js";
import {
  axis,
  dot,
  exp,
  fn,
  input,
  parameter,
  program,
  scope,
  softplus,
  type Tensor,
  type TracedProgram,
} from "../../src/dsl/index.js";
import { Family, type LoweredProgram } from "../../src/engine/index.js";
import { bodyOf, findEntry } from "../../src/ir/analysis/symbols.js";
import type { Elements } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { printModule } from "../../src/ir/text/index.js";
import { encodeInterface, interfaceOf } from "../../src/program/index.js";
import { setAttributes } from "../../src/ir/rewriter.js";
import { numbersOf } from "../../src/testing/close.js";
import { argumentElements, makeModel, modelArbitrary, type RandomModel } from "../passes/random-model.js";
import { tinier } from "./tiny.js";

const model = axis("model", 4);

type Weight = Tensor<"model", "f32">;

/** `x` times what `make` computes of parameters, for `rows` rows. */
const scaled = (make: () => Weight, rows = 2, precision?: "high") =>
  program({ name: "scaled", precision }, () => {
    const x = input("x", [axis("batch", rows), model], "f32");
    return { y: x.mul(make()) };
  });

const weight = (name: string) => parameter(name, [model], "f32");
const expOf = (name: string) => () => exp(weight(name));

/** Names of prepared values that a test has met, which are hashes. */
const met: string[] = [];
beforeEach(() => {
  met.length = 0;
});

/** The number of such a name, in the order in which the test meets them. */
function numberOf(name: string): string {
  expect(name).toMatch(/^[0-9a-f]{16}$/);
  if (!met.includes(name)) met.push(name);
  return `${met.indexOf(name)}`;
}

/** `parameter w`, `prepared 0`: what a program takes beside inputs. */
const takenBy = ({ arguments: args }: LoweredProgram): readonly string[] =>
  args.flatMap(({ role, name }) => {
    if (role === "input") return [];
    return [`${role} ${role === "prepared" ? numberOf(name) : name}`];
  });

const outputsOf = ({ results }: LoweredProgram): readonly string[] =>
  results.map(({ name }) => numberOf(name));

describe("a family", () => {
  it.each(["cpu", "gpu", "tpu"])(
    "prepares once for prompts of two lengths and for decode, lowered together or one after the other, on %s",
    (target) => {
      const traced = (
        [
          ["prefill", 16],
          ["prefill", 64],
          ["decode", 1],
        ] as const
      ).map(([kind, time]) => griffinProgram(tinier, { kind, batch: 2, time, dtype: "bf16" }));
      const together = new Family({ target }).lower(traced);
      const family = new Family({ target });
      const apart = traced.flatMap((one) => family.lower([one]));
      for (const programs of [together, apart]) {
        const [preparation, ...others] = new Set(programs.flatMap(({ preparations }) => preparations));
        expect(others).toEqual([]);
        for (const one of programs) {
          expect(one.preparations).toEqual([preparation]);
          expect(takenBy(one).filter((name) => name.startsWith("prepared"))).toEqual(
            outputsOf(preparation!).map((name) => `prepared ${name}`),
          );
        }
      }
      const textsOf = (programs: readonly LoweredProgram[]) =>
        programs.map(({ module }) => printModule(module));
      expect(textsOf(apart)).toEqual(textsOf(together));
    },
  );

  it.each(["cpu", "gpu", "tpu"])(
    "makes the same program of one, whatever was lowered before it, on %s",
    (target) => {
      const tracedIn = (precision?: "high") =>
        (["prefill", "decode"] as const).map((kind) => ({
          ...griffinProgram(tinier, { kind, batch: 2, time: kind === "decode" ? 1 : 16, dtype: "bf16" }),
          precision,
        }));
      const traced = [...tracedIn(), ...tracedIn("high")];
      const textsOf = (programs: readonly TracedProgram[]) => {
        const family = new Family({ target });
        return new Map(programs.map((one) => [one, printModule(family.lower([one])[0]!.module)]));
      };
      const [forth, back] = [textsOf(traced), textsOf([...traced].reverse())];
      for (const one of traced) expect(back.get(one)).toBe(forth.get(one));
    },
  );

  it("knows values by what they compute: scopes, functions and lengths may be others", () => {
    const double = (name: string) => fn(name, ({ x }: { x: Weight }) => ({ y: exp(x.add(x)) }));
    const [first, second] = [double("double"), double("prepare")];
    const inScope = () => {
      const w = weight("w");
      return scope("inner", () => second({ x: w }).y);
    };
    const family = new Family();
    const programs = [
      ...family.lower([scaled(() => first({ x: weight("w") }).y)]),
      ...family.lower([scaled(inScope, 3)]),
    ];
    expect(programs.map(takenBy)).toEqual([["prepared 0"], ["prepared 0"]]);
    expect(programs[1]!.preparations[0]).toBe(programs[0]!.preparations[0]);
  });

  it("adds what no program needed before, and computes nothing twice", () => {
    const family = new Family();
    const [one] = family.lower([scaled(expOf("v"))]);
    const [two] = family.lower([
      scaled(() =>
        exp(weight("v"))
          .mul(input("z", [model], "f32"))
          .add(softplus(weight("w"))),
      ),
    ]);
    const [three] = family.lower([scaled(() => softplus(weight("w")))]);
    expect([one!, two!, three!].map(takenBy)).toEqual([
      ["prepared 0"],
      ["prepared 0", "prepared 1"],
      ["prepared 1"],
    ]);
    const [before, added] = two!.preparations;
    expect(one!.preparations).toEqual([before]);
    expect(three!.preparations).toEqual([added]);
    expect([before!, added!].map(({ name }) => name)).toEqual(["prepare", "prepare_2"]);
    expect([before!, added!].map(takenBy)).toEqual([["parameter v"], ["parameter w"]]);
    expect([before!, added!].map(outputsOf)).toEqual([["0"], ["1"]]);
  });

  it("tells parameters and constants apart that differ", () => {
    const times = (factor: number) => () => exp(weight("w").mul(factor));
    const programs = new Family().lower([
      scaled(expOf("v")),
      scaled(expOf("w")),
      scaled(times(2)),
      scaled(times(3)),
      scaled(times(2)),
    ]);
    expect(programs.map(takenBy)).toEqual(["0", "1", "2", "3", "2"].map((name) => [`prepared ${name}`]));
    expect(new Set(programs.flatMap(({ preparations }) => preparations)).size).toBe(1);
  });

  it("computes a product of parameters in the precision of the program that takes it", () => {
    const product = () =>
      dot(parameter("m", [axis("in", 4), model], "f32"), parameter("v", [axis("in", 4)], "f32"), "in");
    const programs = new Family().lower([scaled(product), scaled(product, 2, "high"), scaled(product)]);
    expect(programs.map(takenBy)).toEqual([["prepared 0"], ["prepared 1"], ["prepared 0"]]);
    const precisions = programs.map(
      ({ preparations: [preparation] }) =>
        /precision = \[(\w+), \w+\]/.exec(printModule(preparation!.module))?.[1],
    );
    expect(precisions).toEqual([undefined, "HIGH", undefined]);
  });

  it("does not compute what only a program needed that could not be lowered", () => {
    let fail = true;
    const family = new Family({}, ({ name }) => {
      if (name === "cse" && fail) throw new Error("no more");
    });
    expect(() => family.lower([scaled(expOf("v"))])).toThrow("no more");
    fail = false;
    const [lowered] = family.lower([scaled(expOf("w"))]);
    expect(lowered!.preparations.map(takenBy)).toEqual([["parameter w"]]);
    expect(lowered!.preparations.map(outputsOf)).toEqual([
      takenBy(lowered!).map((name) => name.split(" ")[1]),
    ]);
  });
});

/** A random model as a traced program: arguments are called by their numbers. */
function tracedOf(random: RandomModel, name: string) {
  const module = makeModel(random);
  const entry = findEntry(module)!;
  const declared = interfaceOf(entry, name);
  const given = declared.arguments.map((argument, i) => ({ ...argument, name: `${i}` }));
  const { arg_attrs, res_attrs } = encodeInterface({ ...declared, arguments: given });
  setAttributes(entry as never, { ...(entry.attributes as object), arg_attrs, res_attrs } as never);
  return { ...interfaceOf(entry, name), module, precision: undefined };
}

/** What a lowered program gives, for the numbers of a random model; what is prepared by name. */
function resultsOf(lowered: LoweredProgram, all: readonly Elements[]): readonly (readonly number[])[] {
  const prepared = new Map(
    lowered.preparations.flatMap((preparation) => {
      const given = preparation.arguments.map(({ name }) => all[Number(name)]!);
      const values = interpretFunction(preparation.module, "main", given);
      return preparation.results.map(({ name }, i) => [name, values[i]!] as const);
    }),
  );
  const given = lowered.arguments.map(({ role, name }) =>
    role === "prepared" ? prepared.get(name)! : all[Number(name)]!,
  );
  expect(bodyOf(findEntry(lowered.module)!)!.arguments).toHaveLength(given.length);
  return interpretFunction(lowered.module, "main", given).map(numbersOf);
}

describe("programs of a family", () => {
  it("compute what they compute alone, whatever others were lowered before them", () => {
    let shared = 0;
    fc.assert(
      fc.property(
        modelArbitrary,
        fc.array(modelArbitrary, { minLength: 1, maxLength: 3 }),
        (last, before) => {
          // Arguments of all have the types of one model, as those of one checkpoint have.
          const models = [...before, last].map((one) => ({ ...one, batch: last.batch, time: last.time }));
          const traced = models.map((one, i) => tracedOf(one, `p${i}`));
          const family = new Family();
          const programs = traced.flatMap((one) => family.lower([one]));
          const alone = new Family({ prepare: false }).lower(traced);
          models.forEach((one, i) => {
            const all = argumentElements(one);
            expect(resultsOf(programs[i]!, all)).toEqual(resultsOf(alone[i]!, all));
          });
          const outputs = programs.flatMap(({ preparations }) => preparations.map(({ name }) => name));
          if (new Set(outputs).size < outputs.length) shared++;
        },
      ),
      { numRuns: 12, seed: 7 },
    );
    expect(shared).toBeGreaterThan(0);
  });
});
