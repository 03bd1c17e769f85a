/** @file The interpreter as a place to run: slow, exact, on any machine; it prints. */
import type { TracedProgram } from "../../dsl/index.js";
import type { Elements } from "../../ir/elements.js";
import { decodeArray, readPrint, type ResultRole } from "../../program/index.js";
import type { BufferElementType } from "../../support/buffer-element-types.js";
import { hostValueOf, interpretMain } from "../interpret-main.js";
import type { HeldMemory, HostTensor } from "./host-tensor.js";
import type { Memories, Place, RunArguments, RunResults } from "./place.js";

/** Called with what a program prints. */
export type PrintListener = (label: string, value: HostTensor) => void;

/** A tensor that the interpreter made or was given. */
class InterpreterMemory implements HeldMemory {
  constructor(
    readonly elementType: BufferElementType,
    readonly dimensions: readonly number[],
    readonly bytes: Uint8Array<ArrayBuffer>,
  ) {}

  async toHost(): Promise<Uint8Array<ArrayBuffer>> {
    return this.bytes.slice();
  }

  /** Memory of the host goes when nobody holds it. */
  close(): void {}
}

/** A program as it was traced, run by the meaning of its operations. */
export class InterpreterPlace implements Place {
  #bound: Memories = new Map();

  constructor(
    private readonly program: TracedProgram,
    private readonly onPrint: PrintListener,
  ) {}

  async upload(
    {
      elementType,
      dimensions,
    }: { readonly elementType: BufferElementType; readonly dimensions: readonly number[] },
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<HeldMemory> {
    return new InterpreterMemory(elementType, dimensions, bytes.slice());
  }

  async bind(parameters: Memories): Promise<void> {
    this.#bound = parameters;
  }

  holds(memory: HeldMemory): boolean {
    return memory instanceof InterpreterMemory;
  }

  async run({ inputs, parameters, states }: RunArguments): Promise<RunResults> {
    const { module, arguments: args, results } = this.program;
    const given: Readonly<Record<string, Memories>> = {
      input: inputs,
      parameter: new Map([...this.#bound, ...parameters]),
      state: states,
    };
    const values = args.map(({ role, name }) => {
      const { elementType, dimensions, bytes } = given[role]!.get(name) as InterpreterMemory;
      return { elementType, dimensions, data: bytes };
    });
    const made = interpretMain(module, values, (operation, value) => {
      const meaning = readPrint(operation);
      if (meaning !== undefined) this.onPrint(meaning.label, hostTensor(meaning.axes, value));
    });
    const memories = made.map(
      ({ elementType, dimensions, data }) =>
        new InterpreterMemory(elementType as BufferElementType, dimensions, data),
    );
    const named = (wanted: ResultRole): Memories =>
      new Map(
        results.flatMap(({ role, name }, i) => (role === wanted ? [[name, memories[i]!] as const] : [])),
      );
    return { output: named("output"), state: named("state"), probe: named("probe") };
  }

  async close(): Promise<void> {
    this.#bound = new Map();
  }
}

function hostTensor(axes: readonly string[], value: Elements): HostTensor {
  const { elementType, dimensions, data } = hostValueOf(value);
  const dtype = elementType as BufferElementType;
  return { axes, dtype, shape: dimensions, data: decodeArray(dtype, data) };
}
