/** @file The models of this package, for the command line: their names at once, for help; all of them when a command needs one. */
import { griffinKinds } from "../../models/griffin/kinds.js";
import { presets } from "../../models/griffin/presets.js";
import type { ModelDefinition } from "../model/index.js";

/** Loads the models that a command line knows. */
export type LoadModels = () => Promise<readonly ModelDefinition[]>;

export const loadOwnModels: LoadModels = async () => (await import("../../models/index.js")).models;

/** What help lists; loading the models takes longer than the rest of it. */
export const namesForHelp = { presets: Object.keys(presets), kinds: Object.keys(griffinKinds) } as const;
