/** @file Names alone: of targets, their plugins and of strategies, for command lines, which load nothing else before they must. */

/** What a target is called, and by whom. */
export interface TargetNames {
  /** As people and artifacts name it. */
  readonly name: string;
  /** What PJRT clients of it call their platform. */
  readonly platforms: readonly string[];
  /** The plugin that compiles for it. */
  readonly plugin: string;
}

export const cpuNames: TargetNames = { name: "cpu", platforms: ["cpu"], plugin: "cpu" };
export const gpuNames: TargetNames = { name: "gpu", platforms: ["cuda", "rocm"], plugin: "cuda" };
export const tpuNames: TargetNames = { name: "tpu", platforms: ["tpu"], plugin: "tpu" };

/** The targets that come with the package. */
export const targetNames: readonly TargetNames[] = [cpuNames, gpuNames, tpuNames];

/** What programs are lowered for, and run on, when nothing says otherwise: the first. */
export const defaultNames: TargetNames = targetNames[0]!;

/** Described devices that are compiled for when nothing says otherwise. */
export const DEFAULT_TPU = "v5e:2x2";
export const describedTarget = `${tpuNames.name}:${DEFAULT_TPU}`;

/** Names of targets as help texts have them: `cpu, gpu, tpu, tpu:v5e:2x2 ...`. */
export const targetExamples = `${targetNames.map(({ name }) => name).join(", ")}, ${describedTarget} ...`;

/** Names of targets that are whole; a described one goes on with its chip. */
export const targetWords: readonly string[] = targetNames.map(({ name }) => name);

/** How this package's strategies of linear and selective scans walk time; `auto` is the target's choice. */
export const scanNames = ["auto", "sequential", "associative", "blocked", "strided"] as const;
export type ScanName = (typeof scanNames)[number];

/** Which pairs of query and key this package's strategies of attention compute; `auto` is the target's choice. */
export const attentionNames = ["auto", "dense", "banded"] as const;
export type AttentionName = (typeof attentionNames)[number];

/** How this package's strategies of recurrences with matrix states (linear attention, the delta rule) walk time; `auto` is the target's choice. */
export const matrixStateNames = ["auto", "sequential", "chunked"] as const;
export type MatrixStateName = (typeof matrixStateNames)[number];

/** The name of a strategy that an extension has. */
export type AddedName = string & Record<never, never>;
