/** @file The PJRT runtime's public names. */
export { DeviceBuffer } from "./buffer.js";
export { Client, type ClientOptions, type ClientStats } from "./client.js";
export type { CompileRequest } from "./compile.js";
export type { CompileOptions } from "./compile-options.js";
export { Device, type DeviceMemoryStats, Memory } from "./device.js";
export { bytesPerElement, ELEMENT_TYPES, type ElementTypeName, isElementType } from "./element-type.js";
export {
  ifSupported,
  ArgumentError,
  HandleClosedError,
  IncompatiblePluginError,
  OutOfMemoryError,
  PjrtError,
  type StatusCode,
  UnsupportedByPluginError,
} from "./errors.js";
export { Executable } from "./executable.js";
export { endWithParent } from "./ffi.js";
export { allocateAligned, type HostTensor, type TransferOptions } from "./host-tensor.js";
export { rowMajorLayout, sameLayout } from "./layout.js";
export { checkMainThread } from "./main-thread.js";
export type { Attributes, AttributeValue, Options, OptionValue } from "./named-value.js";
export { Plugin } from "./plugin.js";
export { CompiledProgram } from "./program.js";
export {
  type ArgumentSpec,
  elementCount,
  formatType,
  hostBytes,
  type Signature,
  type TensorSpec,
} from "./signature.js";
export { cacheFolder, keyFolder } from "./install/cache-folder.js";
export {
  findPlugin,
  type FindOptions,
  type FoundPlugin,
  isPluginPath,
  type SearchedPlace,
  searchPlugin,
} from "./install/discover.js";
export { type InstallOptions, type InstallProgress, installPlugin } from "./install/install.js";
export { DEFAULT_PACKAGE, PLUGIN_WHEELS, type PluginPackage, type PluginWheel } from "./install/wheels.js";
export {
  type CachedCompilation,
  CompileCache,
  type CompileCacheOptions,
  compileThrough,
} from "./cache/compile-cache.js";
export { libraryHash, processorFeatures } from "./cache/identity.js";
export type { CompilerFlags, FlagValue } from "../support/compiler-flags.js";
export { Profiler } from "./extensions/profiler.js";
export { type CompiledMemoryStats, neededBytes } from "./program-analysis.js";
export { decodeHloFile, type OptimizedProgram } from "./optimized-hlo.js";
export type { HloComputationProto, HloInstructionProto, HloModuleProto } from "./proto/hlo_pb.js";
export { AheadOfTimeProgram, Topology } from "./topology.js";
export { hasTpu } from "./tpu-host.js";
export { Transfer } from "./transfer.js";
export { CONFORMANCE_CHECKS, type ConformanceOptions, runConformance } from "./conform/conform.js";
export {
  type CheckResult,
  type ConformanceReport,
  countOutcomes,
  diffReports,
  type Outcome,
  type OutcomeChange,
  supportTable,
} from "./conform/report.js";
