/** @file All cases of rules. */
import type { Case } from "./case.js";
import { chloCases } from "./chlo.js";
import { controlCases } from "./control.js";
import { elementwiseCases } from "./elementwise.js";
import { modelCases, shardedCases } from "./model.js";
import { movementCases } from "./movement.js";
import { structuredCases } from "./structured.js";

export const cases: readonly Case[] = [
  ...elementwiseCases,
  ...movementCases,
  ...structuredCases,
  ...controlCases,
  ...chloCases,
  ...modelCases,
  ...shardedCases,
];
