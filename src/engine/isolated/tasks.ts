/** @file What a process of its own is asked, and what it answers: plain data, which goes through a channel between processes. */
import { z } from "zod";
import type { CompileCacheOptions, CompileRequest } from "../../runtime-pjrt/index.js";
import type { ClientFacts, TopologyRequest } from "../../targets/index.js";
import type { CompiledCost } from "../compile-and-count.js";
import type { TensorHeader } from "./tensor-file.js";

/** Each task with what it is given and what it gives. */
export interface Tasks {
  /** Makes a client. */
  readonly facts: { readonly given: Record<string, never>; readonly gives: ClientFacts };
  /** Compiles and runs a program; inputs and results lie in the file of tensors. */
  readonly execute: {
    readonly given: {
      readonly request: CompileRequest;
      readonly inputs: readonly TensorHeader[];
      /** Where compiled programs are kept; undefined to keep none. */
      readonly cache: Required<Pick<CompileCacheOptions, "folder" | "maxBytes" | "keyFolder">> | undefined;
    };
    readonly gives: readonly TensorHeader[];
  };
  /** Compiles a program and counts what the compiler made of it; no client is made where a topology is described. */
  readonly cost: {
    readonly given: { readonly topology: TopologyRequest | undefined; readonly request: CompileRequest };
    readonly gives: CompiledCost;
  };
}

export type TaskName = keyof Tasks;

/** A message to the process. */
export interface Question<N extends TaskName = TaskName> {
  readonly task: N;
  readonly given: Tasks[N]["given"];
}

const errorData = z.object({
  kind: z.string(),
  details: z.object({ message: z.string() }).loose(),
  exitCode: z.union([z.literal(1), z.literal(2), z.literal(3)]),
});

/** A message from the process: that it is ready, what a task gives, or an error of ours as data. */
export const answerSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ gives: z.unknown() }),
  z.object({ error: errorData }),
]);

export type Answer = z.infer<typeof answerSchema>;
