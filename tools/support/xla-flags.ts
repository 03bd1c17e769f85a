/** @file How XLA's CPU compiler is asked to compile what tests run once or twice. */

/**
 * Compiles a tiny model in a quarter of the usual CPU time: programs that run once or twice are not worth optimising, and most of the
 * tests' time would go there. LLVM does not optimise; kernels are made by the older emitters, without MLIR; they are one LLVM module,
 * for each module has a cost of its own. The tier `golden` compiles what the target chooses as for users.
 */
export const QUICK_COMPILE = [
  "--xla_backend_optimization_level=0",
  "--xla_backend_extra_options=xla_cpu_disable_new_fusion_emitters",
  "--xla_cpu_parallel_codegen_split_count=1",
].join(" ");
