// A pass of one's own: sigmoid(x) becomes (1 + tanh(x / 2)) / 2, by a rule that fits wherever the op is.
import { axis, input, program, sigmoid } from "stablegriffin/dsl";
import {
  Emitter,
  elementsFromNumbers,
  interpretFunction,
  numberAt,
  printModule,
  tensorType,
} from "stablegriffin/ir";
import { applyRules, definePass, rule, runPipeline } from "stablegriffin/passes";

const sigmoidIsTanh = rule("sigmoid by tanh", "stablehlo.logistic", ({ operands: [x] }, builder) => {
  const emitter = new Emitter(builder);
  const half = emitter.unary("tanh", emitter.scalar("multiply", x!, 0.5));
  return emitter.scalar("add", emitter.scalar("multiply", half, 0.5), 0.5);
});

export const sigmoidByTanh = definePass({
  name: "sigmoid-by-tanh",
  summary: "Computes sigmoids by the hyperbolic tangent.",
  example: {
    before: `
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.logistic %x : tensor<2xf32>
  return %0 : tensor<2xf32>
}`,
    after: `
func.func @main(%arg0: tensor<2xf32>) -> tensor<2xf32> {
  %cst = stablehlo.constant dense<5.000000e-01> : tensor<2xf32>
  %0 = stablehlo.multiply %arg0, %cst : tensor<2xf32>
  %1 = stablehlo.tanh %0 : tensor<2xf32>
  %2 = stablehlo.multiply %1, %cst : tensor<2xf32>
  %3 = stablehlo.add %2, %cst : tensor<2xf32>
  return %3 : tensor<2xf32>
}`,
  },
  run: (module, context) => applyRules(module, [sigmoidIsTanh], context),
});

const { module } = program({ name: "squash" }, () => ({
  y: sigmoid(input("x", [axis("n", 3)], "f32")),
}));
const x = elementsFromNumbers(tensorType([3], "f32"), [-1, 0, 2]);
const run = () => {
  const [y] = interpretFunction(module, "main", [x]);
  return [0, 1, 2].map((i) => numberAt(y!, i).toFixed(6)).join(" ");
};

console.log(run());
runPipeline(module, [sigmoidByTanh.with()], ({ name, changed }) =>
  console.log(name, changed ? "changed it" : ""),
);
console.log(run());
console.log(printModule(module));
