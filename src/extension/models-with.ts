/** @file The models that there are with extensions. */
import type { ModelDefinition } from "../model/index.js";
import { UsageError } from "../support/errors.js";
import type { Extension } from "./define-extension.js";

/**
 * Models with those of extensions.
 * @throws UsageError for two models of a name
 */
export function modelsWith(
  models: readonly ModelDefinition[],
  extensions: readonly Extension[],
): readonly ModelDefinition[] {
  const all = [...models, ...extensions.flatMap((extension) => extension.models)];
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return all;
  throw new UsageError({
    message: `two models are called ${twice.name}`,
    expected: "a name that no other model has",
    got: all.map(({ name }) => name).join(", "),
  });
}
