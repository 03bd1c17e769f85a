/** @file Which file is of which kind; a file may be of several. */
import type { Kind } from "./verdicts.js";

const table: readonly (readonly [pattern: RegExp, ...kinds: Kind[]])[] = [
  [/^attributes-printed-last\.mlir$/, "accepted"],
  [/^layout-argument\.mlir$|^dynamic-.*\.mlir$/, "runs"],
  [/^(sdy-(op-sharding-rule|priority)|unit-attribute|location-chain-\d+)\.(bc|mlir)$/, "portable"],
  [/^sdy-mesh-missing\.mlir$/, "names-the-mesh"],
  [/^(sdy-ops|chlo-.*|call-short|arith-constant-scalar|int64-max|send-empty-pairs)\.mlir$/, "accepted"],
  [/^elided-.*\.mlir$/, "read-not-run"],
  [/^metadata-.*\.safetensors$/, "inspected"],
  [/^quant-.*\.mlir$/, "portable"],
  [/^jax-exported-.*\.bin$/, "is-told-of-serialized-module"],
  [
    /^(attr-.*|all-gather-zero|calls-exponential|custom-TopK|gather-zero-collapsed|overflow-.*|rng-.*|infeed-.*)\.mlir$/,
    "survives-run",
  ],
  [/^concat-i2\.mlir$/, "cost-for-cpu-ends"],
  [/^(text-\d+|interpret-.*)\.mlir$/, "interpreter-ends"],
  [/^hlo-.*\.txt$/, "survives-cost"],
];

/** Files that are no inputs themselves. */
export const isBeside = (name: string): boolean =>
  name === "README.md" || /\.(in|expected)\.safetensors$/.test(name);

/** The kinds of a file by its name; none for a name that the table does not know. */
export const kindsOf = (name: string): readonly Kind[] =>
  table.flatMap(([pattern, ...kinds]) => (pattern.test(name) ? kinds : []));
