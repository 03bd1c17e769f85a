// Exports the cell with its parameters, and runs it from what was written alone.
import { exportProgram, loadProgram } from "stablegriffin";
import { cell, parameters } from "./cell.js";

await exportProgram(cell, "cell", { parameters, force: true });
const again = await loadProgram("cell", { on: "interpreter" });
const { y: last } = await again({ x: [1, 2, 0, -1, 3, 1, -2, 0.5], h0: [0, 0, 0] });
console.log("again", [...(last?.data ?? [])].map((number) => Number(number).toFixed(4)).join(" "));
await again.close();
