// A perceptron with a hidden layer as a function of plain numbers, run by the interpreter.
import { compile } from "stablegriffin";
import { axis, dot, program, spec } from "stablegriffin/dsl";
import { gelu, softmax } from "stablegriffin/nn";

const [batch, model, hidden, out] = [axis("batch", 2), axis("model", 3), axis("hidden", 4), axis("out", 2)];

const classify = program(
  {
    name: "classify",
    inputs: { x: spec([batch, model], "f32") },
    parameters: { up: spec([hidden, model], "f32"), down: spec([out, hidden], "f32") },
  },
  ({ x }, { up, down }) => ({ y: softmax(dot(gelu(dot(x, up, "model")), down, "hidden"), "out") }),
);

const f = await compile(classify, {
  on: "interpreter",
  parameters: { up: [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1], down: [1, 0, 0, 0, 0, 0, 1, 0] },
});
const { y } = await f({
  x: [
    [1, 2, 3],
    [3, 2, 1],
  ],
});
console.log(y.axes, y.shape, y.dtype, y.data);
await f.close();
