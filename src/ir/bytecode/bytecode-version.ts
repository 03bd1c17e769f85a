/** @file The version of MLIR's bytecode that each version of StableHLO is written in. */
import { compareVersions, type Version } from "../versions.js";

/** First StableHLO version written in a version of MLIR's bytecode, newest first. */
const bytecodeVersions = [
  ["0.15.0", 6],
  ["0.14.0", 4],
  ["0.12.0", 3],
  ["0.10.0", 1],
  ["0.9.0", 0],
] as const;

/** The version of MLIR's bytecode in which libStablehlo writes artifacts of `target`. */
export const bytecodeVersionOf = (target: Version): number =>
  bytecodeVersions.find(([first]) => compareVersions(target, first) >= 0)![1];
