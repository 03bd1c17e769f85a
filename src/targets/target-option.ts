/** @file The option by which passes are told whose rules and strategies are tried first. */
import { z } from "zod";
import type { Target } from "./target.js";

/** The name of one of some targets; without it, ops become their meaning. */
export const targetOption = (targets: readonly Target[]) =>
  z
    .enum(targets.map(({ name }) => name))
    .optional()
    .describe("whose rules are tried first; without one, all become their meaning");
