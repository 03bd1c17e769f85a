/** @file For tests of costs: small HLO texts, and what is counted of them in one line an instruction. */
import { countModule, moduleFromText, type ProgramCost } from "../../src/cost/index.js";

/** Puts an entry computation's lines, and computations before it, into a module. */
export const hloText = (entry: string, computations = ""): string => `HloModule test, is_scheduled=true

${computations}
ENTRY %main () -> f32[] {
${entry
  .trim()
  .split("\n")
  .map((line) => `  ${line.trim()}`)
  .join("\n")}
}
`;

/** Counts a text of `hloText`. */
export const countText = (entry: string, computations = ""): ProgramCost =>
  countModule(moduleFromText(hloText(entry, computations), "test.txt"));

/** `name opcode x times: read hbm+chip, wrote hbm+chip, flops, cycles`: everything but what is zero, once or unknown. */
export const lines = ({ instructions }: ProgramCost): readonly string[] =>
  instructions.map(({ name, opcode, times, read, written, flops, cycles, asynchronous }) =>
    [
      `${asynchronous ? "async " : ""}${opcode} ${name}${times === 1 ? "" : ` x ${times}`}`,
      ...(read.hbm === 0 ? [] : [`reads ${read.hbm} hbm`]),
      ...(read.chip === 0 ? [] : [`reads ${read.chip} chip`]),
      ...(read.host === 0 ? [] : [`reads ${read.host} host`]),
      ...(written.hbm === 0 ? [] : [`writes ${written.hbm} hbm`]),
      ...(written.chip === 0 ? [] : [`writes ${written.chip} chip`]),
      ...(written.host === 0 ? [] : [`writes ${written.host} host`]),
      ...(flops === 0 ? [] : [`${flops} flop`]),
      ...(cycles === undefined ? [] : [`${cycles} cycles`]),
    ].join(", "),
  );
