/** @file What was found beside jaxlib, which this package does not need: the last measurement, told in CONFORMANCE.md. */

/** Programs of others against what jaxlib 0.11.2 does with them. */
export const againstJaxlib = `## Beside jaxlib

Of 11,340 different programs of eleven public repositories (tests of StableHLO, Shardy, XLA, mlir-hlo, IREE, torch-mlir, Enzyme-JAX, onnx-mlir and others) jaxlib
reads 7,275 that have no ops of other dialects than StableHLO, CHLO, Shardy, func and builtin. 16 of these are refused here: in 11 their own tests expect the
error (reductions of Shardy that are no sum, \`broadcast_dimensions\` that do not fit, a string with a type), one has a function as a value, and 4 have no meaning
that a plugin would compute (\`einsum\` of sizes that differ, shifts of floats, signed indices of \`scatter\`). 2 are accepted that jaxlib refuses: an attribute of
VHLO, which is kept as its text, and bits of \`i1\` packed as older versions wrote them; those with ops or attributes of dialects that jaxlib does not have
are not counted. Of 7,224 artifacts that jaxlib writes, 7 are not read: 5 of programs that are refused, one with types that jaxlib does not read either, one with
attributes of mhlo. Artifacts written here hold the same programs for jaxlib as its own or as the text, in the cases that were looked at; text is the same but for
spellings (\`dense<>\`, resources as their elements, bounds of mhlo as those of StableHLO). CHLO is decomposed before it is written.

Not all of these counts are of one run: how many programs are refused, accepted or not read here was partly worked out from a run before the last changes, and from
the programs that these concern; nothing has been counted anew over all programs since.

Of the 89 programs of unknown sizes in tests of refine-shapes that jaxlib makes static, 67 can be run by the interpreter: \`refine-shapes\` gives them the same types,
and the same values for five random inputs each. 7 have Shardy's ops on values of unknown sizes and are refused; the others have custom calls, collectives, hidden
random states, loops without end, \`func.constant\`, or are too large to interpret.
`;
