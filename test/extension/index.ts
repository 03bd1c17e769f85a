/** All that this package adds. */
import { defineExtension, type Extension } from "stablegriffin/extension";
import { signal } from "./dialect.js";
import { drift } from "./model.js";
import { lowerNegations } from "./pass.js";
import { byDoubling, byLogistic } from "./strategies.js";
import { abacus } from "./target.js";

export const signalKit: Extension = defineExtension({
  name: "signal-kit",
  dialects: [signal],
  passes: [lowerNegations],
  strategies: [byLogistic, byDoubling],
  stages: [{ name: "lower-negations", before: "decompose", steps: [lowerNegations.with()] }],
  targets: [abacus],
  models: [drift],
});
