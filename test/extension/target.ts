/** A target: associative scans, the rest by meaning. */
import { commonRules, defineTarget, scanRule } from "stablegriffin/targets";

export const abacus = defineTarget({
  name: "abacus",
  rules: { ...commonRules, "nn.linear_scan": scanRule({ strategy: "associative" }) },
});
