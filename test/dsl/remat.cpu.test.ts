import { expect, test } from "vitest";
import { axis, dot, grad, input, program, remat, sum, tanh } from "../../src/dsl/index.js";
import { lowerProgram, stablehloText } from "../../src/engine/index.js";
import { useCpu } from "./cpu.js";

const cpu = useCpu();

/** Bytes of temporaries of the gradient of four layers of four products each, as the compiler plans it. */
async function temporaries(keep: "nothing" | "everything"): Promise<number> {
  const [rows, from, to] = [axis("rows", 512), axis("from", 128), axis("to", 128)];
  const traced = program({ name: "gradient" }, () => {
    const x = input("x", [rows, from], "f32");
    const w = input("w", [from, to], "f32");
    const product = (y: typeof x, weight: typeof w): typeof x =>
      tanh(dot(y, weight, "from").rename({ to: "from" }));
    return grad((args: { x: typeof x; w: typeof w }) => {
      let y = args.x;
      for (let layer = 0; layer < 4; layer++) {
        const before = y;
        const products = (): typeof x =>
          Array.from({ length: 4 }).reduce<typeof x>((z) => product(z, args.w), before);
        y = remat(products, { keep });
      }
      return sum(y, ["rows", "from"]);
    })({ x, w });
  });
  const lowered = lowerProgram(traced);
  using executable = await cpu.client.compile({ program: stablehloText(lowered), signature: lowered });
  return executable.program.memoryStats().temporary;
}

test("the compiler holds less of layers that are computed again, and does not undo it", async () => {
  const [held, again] = [await temporaries("everything"), await temporaries("nothing")];
  // Sixteen activations against four inputs and the four activations of one layer.
  expect(again / held).toBeLessThan(0.7);
});
