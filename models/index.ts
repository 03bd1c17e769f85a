/** @file The models of this package: the list that the package's entry and the command line hand to everything below. */
import { griffin } from "./griffin/definition.js";

export { griffinLogits, griffinProgram } from "./griffin.js";
export { type BlockType, type GriffinConfig, griffinConfigSchema } from "./griffin/config.js";
export { griffin } from "./griffin/definition.js";
export { griffinPattern, hawkPattern } from "./griffin/presets.js";

/** Every model of this package. */
export const models = [griffin] as const;
