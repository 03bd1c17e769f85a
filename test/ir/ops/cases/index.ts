/** @file All constraint tables. */
import type { Family } from "./case.js";
import { chloBroadcastFamilies } from "./chlo-broadcast.js";
import { collectiveFamilies } from "./collectives.js";
import { contractionFamilies } from "./contraction.js";
import { controlFamilies } from "./control.js";
import { dynamicFamilies } from "./dynamic.js";
import { elementwiseFamilies } from "./elementwise.js";
import { gatherFamilies } from "./gather.js";
import { miscFamilies } from "./misc.js";
import { raggedDotFamilies } from "./ragged-dot.js";
import { reduceFamilies } from "./reduce.js";
import { scanFamilies } from "./scan.js";
import { scatterFamilies } from "./scatter.js";
import { shapeFamilies } from "./shape.js";
import { slicingFamilies } from "./slicing.js";

export const families: readonly Family[] = [
  ...chloBroadcastFamilies,
  ...elementwiseFamilies,
  ...shapeFamilies,
  ...slicingFamilies,
  ...contractionFamilies,
  ...reduceFamilies,
  ...gatherFamilies,
  ...scatterFamilies,
  ...controlFamilies,
  ...dynamicFamilies,
  ...collectiveFamilies,
  ...miscFamilies,
  ...raggedDotFamilies,
  ...scanFamilies,
];
