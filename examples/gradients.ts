// Fits a line by gradient descent: a step is one program, which leaves the next parameters where they were.
import { compile } from "stablegriffin";
import { axis, mean, program, spec, updateParameters, valueAndGrad } from "stablegriffin/dsl";

const point = axis("point", 4);
const number = spec([], "f32");
const numbers = spec([point], "f32");

const step = program(
  { name: "step", inputs: { x: numbers, y: numbers }, parameters: { slope: number, offset: number } },
  ({ x, y }, line) => {
    const { loss, gradients } = valueAndGrad(({ slope, offset }: typeof line) => {
      const off = x.mul(slope).add(offset).sub(y);
      return { loss: mean(off.mul(off), "point") };
    })(line);
    updateParameters({
      slope: line.slope.sub(gradients.slope.mul(0.1)),
      offset: line.offset.sub(gradients.offset.mul(0.1)),
    });
    return { loss };
  },
);

const run = await compile(step, { on: "interpreter", parameters: { slope: [0], offset: [0] } });
const data = { x: [0, 1, 2, 3], y: [1, 3, 5, 7] };
console.log("loss before:", (await run(data)).loss.data[0]);
for (let i = 1; i < 100; i++) await run(data);
const { slope, offset } = await run.states();
console.log("y =", Number(slope?.data[0]).toFixed(2), "x +", Number(offset?.data[0]).toFixed(2));
await run.close();
