/**
 * @file How property tests try: in `npm test` the same few cases each time, so that a run that failed fails again; in the tier
 * `properties` many more, other ones each time. A failure prints its seed.
 */
import fc from "fast-check";

/** How many times the usual number of cases are tried: half of them in `npm test`, where every second counts. */
const PROPERTY_FACTOR = Number(process.env.STABLEGRIFFIN_PROPERTY_FACTOR ?? 0.5);
/** What the cases follow from. */
export const PROPERTY_SEED = Number(process.env.STABLEGRIFFIN_PROPERTY_SEED ?? 1);

/** @param usual how many cases tell most of what there is to tell */
export const tries = (usual: number): { readonly numRuns: number } => ({
  numRuns: Math.ceil(usual * PROPERTY_FACTOR),
});

// For each test file before its tests: properties that name no seed of their own.
fc.configureGlobal({ seed: PROPERTY_SEED });
