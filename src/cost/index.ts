/** @file What a compiler made of a program, counted: bytes, flops and cycles, loops by their turns. */
export { type Chip, chipNames, findChip } from "./chips.js";
export { countModule, type InstructionCost, type ProgramCost } from "./count.js";
export { HloError } from "./errors.js";
export { formatCount, formatSeconds, percent } from "./figures.js";
export type { Module } from "./hlo.js";
export type { MemoryBytes } from "./memory.js";
export { moduleFromProto } from "./proto.js";
export { type CostReport, type Counted, makeReport, type MemoryReport } from "./report.js";
export { type Roofline, roofline } from "./roofline.js";
export { rooflineSvg } from "./roofline-svg.js";
export {
  chipBytes,
  type CostGroup,
  type CostSum,
  groupCosts,
  type Grouping,
  groupings,
  hbmBytes,
  sumCosts,
  topInstructions,
} from "./summary.js";
export { isHloText, moduleFromText } from "./hlo-text/module.js";
