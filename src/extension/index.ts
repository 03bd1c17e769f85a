/** @file The public face of extensions: what a package adds to this one, as one value. */
export { defineExtension, type Extension, type ExtensionDefinition } from "./define-extension.js";
export { modelsWith } from "./models-with.js";
export type { AddedStage, LoweringExtension, Strategy } from "../targets/index.js";
export { defineStrategy } from "../targets/index.js";
