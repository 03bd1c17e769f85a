/** @file What a compiler made of a program, counted: bytes, flops and cycles, loops by their turns. */
export { countModule, type InstructionCost, type ProgramCost } from "./count.js";
export { HloError } from "./errors.js";
export type { Module } from "./hlo.js";
export type { MemoryBytes } from "./memory.js";
export { moduleFromProto } from "./proto.js";
export { isHloText, moduleFromText } from "./text/module.js";
