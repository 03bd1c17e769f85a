/** @file A model as a newcomer writes it, with one width that does not fit. */
import { axis, dot, geluTanh, input, parameter, program } from "../../../src/dsl/index.js";

const batch = axis("batch", 2);
const model = axis("model", 64);
const hidden = axis("hidden", 128);

export const trace = () =>
  program({ name: "mlp" }, () => {
    const x = input("x", [batch, model], "f32");
    const up = geluTanh(dot(x, parameter("up", [hidden, model], "f32"), "model"));
    const down = parameter("down", [model, axis("hidden", 96)], "f32");
    return { y: dot(up, down, "hidden") };
  });
