import { axis, dot, program, spec, type Tensor } from "stablegriffin/dsl";

interface Sizes {
  readonly batch: number;
}
const sizes: Sizes = { batch: 2 };
const [batch, model, out] = [axis("batch", sizes.batch), axis("model", 3), axis("out", 2)];
const twice = (x: Tensor<"batch" | "model", "f32">) => x.add(x);

export const mlp = program(
  { name: "mlp", inputs: { x: spec([batch, model], "f32") }, parameters: { w: spec([model, out], "f32") } },
  ({ x }, { w }) => ({ y: dot(twice(x), w, "model") }),
);

export function wrong() {
  const other = axis("model", 4);
  return program(
    { name: "wrong", inputs: { x: spec([batch, model], "f32"), w: spec([other, out], "f32") } },
    ({ x, w }) => ({ y: dot(x, w, "model") }),
  );
}
