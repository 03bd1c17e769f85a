// A program as an author of JavaScript writes it.
import { axis, program, spec } from "stablegriffin/dsl";

const batch = axis("batch", 2);

export const twice = program({ name: "twice", inputs: { x: spec([batch], "f32") } }, ({ x }) => ({
  y: x.add(x),
}));
