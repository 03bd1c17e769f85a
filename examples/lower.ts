// A program, its StableHLO, and what its lowered arguments are.
import { lowerProgram, stablehloText } from "stablegriffin";
import { axis, dot, geluTanh, input, parameter, program } from "stablegriffin/dsl";

const batch = axis("batch", 2);
const model = axis("model", 64);
const hidden = axis("hidden", 128);

export const mlp = program({ name: "mlp" }, () => {
  const x = input("x", [batch, model], "f32");
  const up = geluTanh(dot(x, parameter("up", [hidden, model], "f32"), "model"));
  const down = parameter("down", [model, hidden], "f32");
  return { y: dot(up, down, "hidden") };
});

const lowered = lowerProgram(mlp, { target: "cpu" });
console.log(
  lowered.arguments.map(({ role, name, axes }) => `${role} ${name} [${axes.join(", ")}]`).join("\n"),
);
console.log(stablehloText(lowered));
