/** @file Precision of products: how many bits of f32 operands a matrix unit keeps; part of what a program means. */

/** `default` is the plugin's choice (TF32 on NVIDIA GPUs, bf16 on TPUs, f32 on CPUs), `high` more of it, `highest` f32 throughout. */
export const precisionNames = ["default", "high", "highest"] as const;
export type Precision = (typeof precisionNames)[number];

/** As attributes have them. */
export const precisionWords = { default: "DEFAULT", high: "HIGH", highest: "HIGHEST" } as const;

/** `precision_config` of dot_general and convolution: one for each operand. */
export const precisionConfigOf = (precision: Precision) =>
  [precisionWords[precision], precisionWords[precision]] as const;

/** The one of two that keeps more bits. */
export const morePrecise = (a: Precision, b: Precision): Precision =>
  precisionNames.indexOf(a) > precisionNames.indexOf(b) ? a : b;

/** A precision as it is told of a program; the plugin's choice goes without saying. */
export const statedPrecision = (
  precision: Precision | undefined,
): Exclude<Precision, "default"> | undefined => (precision === "default" ? undefined : precision);
