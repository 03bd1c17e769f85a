/** @file What was found beside jaxlib, which this package does not need: the last measurement, told in CONFORMANCE.md. */

/** Programs of others against what jaxlib 0.11.2 does with them. */
export const againstJaxlib = `## Beside jaxlib

Of 11,708 programs of fourteen public repositories (tests of StableHLO, Shardy, XLA, mlir-hlo, IREE, torch-mlir, Enzyme-JAX, onnx-mlir and others) jaxlib reads
6,060 that have no ops of other dialects than StableHLO, CHLO, Shardy, func and builtin. 20 of these are refused here: in 10 their own tests expect the
error (reductions of Shardy that are no sum, \`broadcast_dimensions\` that do not fit, a string with a type, VHLO mixed with StableHLO), 3 are VHLO as text, 4 have
\`unrealized_conversion_cast\` or functions as values, and 3 have no meaning that a plugin would compute (\`einsum\` of sizes that differ, shifts of
floats, signed indices of \`scatter\`). 7 are accepted that jaxlib refuses: types of the dialect mpmd, which are kept as their text. Of 5,905
artifacts that jaxlib writes of them, 5,903 are read (two hold attributes of mhlo), and 5,904 of the programs are written; the one left has a memref whose layout
jaxlib's artifact leaves out.

Of the 98 programs of StableHLO's tests of refine-shapes jaxlib makes 79 static; \`refine-shapes\` gives 75 of them the same types. The other 4
have ops of other dialects (\`cf.br\`, \`func.constant\`, \`unrealized_conversion_cast\`).
`;
