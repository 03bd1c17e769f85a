// src/model.ts
import { axis, dot, program, spec } from "stablegriffin/dsl";
var sizes = { batch: 2 };
var [batch, model, out] = [axis("batch", sizes.batch), axis("model", 3), axis("out", 2)];
var twice = (x) => x.add(x);
var mlp = program(
  { name: "mlp", inputs: { x: spec([batch, model], "f32") }, parameters: { w: spec([model, out], "f32") } },
  ({ x }, { w }) => ({ y: dot(twice(x), w, "model") })
);
function wrong() {
  const other = axis("model", 4);
  return program(
    { name: "wrong", inputs: { x: spec([batch, model], "f32"), w: spec([other, out], "f32") } },
    ({ x, w }) => ({ y: dot(x, w, "model") })
  );
}
export {
  mlp,
  wrong
};
//# sourceMappingURL=model.mjs.map
