/** @file What was found beside jaxlib, which this package does not need: the last measurement, told in CONFORMANCE.md. */

/** Programs of others against what jaxlib 0.11.2 does with them. */
export const againstJaxlib = `## Beside jaxlib

Of 31,033 different programs in the .mlir files of ten public repositories (stablehlo, shardy, iree, mlir-hlo, Enzyme-JAX, TensorRT-Incubator, tt-mlir, byteir,
torch-mlir, onnx-mlir; files cut at their separators) jaxlib reads 6,906 that have no ops of other dialects than StableHLO, CHLO, Shardy, func and builtin. All in
one run, 15 of these are refused here: in 8 their own tests expect the error (reductions of Shardy that are no sum, \`broadcast_dimensions\` that do not fit), 3 use
\`func.constant\` and unrealized casts, one has no string where a target's name should be, and 3 have no meaning that a plugin would compute (\`einsum\` of sizes that
differ, shifts of floats, signed indices of \`scatter\`). Of the 6,845 artifacts that jaxlib writes of them, 19 are not read: 12 have attributes of mhlo, 5 are of
programs that are refused, one has an attribute that is invalid on purpose, one a function that does not return what it says. Artifacts written here hold the same programs for jaxlib as its own
or as the text, in the cases that were looked at; text is the same but for spellings (\`dense<>\`, resources as their elements, bounds of mhlo as those of
StableHLO). CHLO is decomposed before it is written.

What jaxlib refuses was not counted in that run. In one before, over 11,340 programs, 2 were accepted here that jaxlib refuses: an attribute of VHLO, which is kept as
its text, and bits of \`i1\` packed as older versions wrote them; those with ops or attributes of dialects that jaxlib does not have are not counted.

Of the 89 programs of unknown sizes in tests of refine-shapes that jaxlib makes static, 67 can be run by the interpreter: \`refine-shapes\` gives them the same types,
and the same values for five random inputs each. 7 have Shardy's ops on values of unknown sizes, which are refined since (not run against jaxlib again); the others have custom calls, collectives, hidden
random states, loops without end, \`func.constant\`, or are too large to interpret.
`;
