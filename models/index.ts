/** @file The models of this package: the list that the package's entry and the command line hand to everything below. */
import { gemma2 } from "./gemma2/definition.js";
import { griffin } from "./griffin/definition.js";
import { llama } from "./llama/definition.js";
import { mamba2 } from "./mamba2/definition.js";
import { rwkv7 } from "./rwkv7/definition.js";
import { mamba } from "./mamba/definition.js";
import { minGru } from "./mingru/definition.js";

export { griffinLogits, griffinProgram } from "./griffin.js";
export { type BlockType, type GriffinConfig, griffinConfigSchema } from "./griffin/config.js";
export { griffin } from "./griffin/definition.js";
export { type Gemma2Config, gemma2ConfigSchema } from "./gemma2/config.js";
export { gemma2 } from "./gemma2/definition.js";
export { type LlamaConfig, llamaConfigSchema } from "./llama/config.js";
export { llama } from "./llama/definition.js";
export { griffinPattern, hawkPattern } from "./griffin/presets.js";
export { mamba2Program } from "./mamba2.js";
export { type Mamba2Config, mamba2ConfigSchema } from "./mamba2/config.js";
export { mamba2 } from "./mamba2/definition.js";
export { rwkv7Program } from "./rwkv7.js";
export { type Rwkv7Config, rwkv7ConfigSchema } from "./rwkv7/config.js";
export { rwkv7 } from "./rwkv7/definition.js";
export { type MambaConfig, mambaConfigSchema } from "./mamba/config.js";
export { mamba } from "./mamba/definition.js";
export { mambaProgram } from "./mamba.js";
export { type MinGruConfig, minGruConfigSchema } from "./mingru/config.js";
export { minGru } from "./mingru/definition.js";
export { minGruProgram } from "./mingru.js";

/** Every model of this package. */
export const models = [griffin, llama, gemma2, mamba, mamba2, minGru, rwkv7] as const;
