// A recurrent cell (minGRU, arXiv 2410.01201) over four steps, run by the interpreter.
import { compile } from "stablegriffin";
import { axis, dot, linearScan, oneMinus, program, sigmoid, spec } from "stablegriffin/dsl";

const [batch, time, model, hidden] = [axis("batch", 1), axis("time", 4), axis("model", 2), axis("hidden", 3)];

export const cell = program(
  {
    name: "cell",
    inputs: { x: spec([batch, time, model], "f32"), h0: spec([batch, hidden], "f32") },
    parameters: { gate: spec([hidden, model], "f32"), candidate: spec([hidden, model], "f32") },
  },
  ({ x, h0 }, { gate, candidate }) => {
    const z = sigmoid(dot(x, gate, "model"));
    const c = dot(x, candidate, "model");
    const { y } = linearScan({ a: oneMinus(z), x: z.mul(c), h0, axis: "time" });
    return { y };
  },
);

export const parameters = { gate: [1, -1, 0.5, 2, -2, 0], candidate: [0.5, 1, -1, 1, 2, -0.5] };
const run = await compile(cell, { on: "interpreter", parameters });
const { y } = await run({
  x: [
    [
      [1, 2],
      [0, -1],
      [3, 1],
      [-2, 0.5],
    ],
  ],
  h0: [0, 0, 0],
});
console.log(y.axes.join(), y.shape.join(), y.dtype);
console.log(Array.from(y.data, (number) => number.toFixed(4)).join(" "));
await run.close();
