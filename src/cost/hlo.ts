/** @file What is counted of an HLO module: the same data whether it came as a protobuf message or as text. */

/** An array in memory. */
export interface ArrayShape {
  readonly kind: "array";
  /** As HLO writes it: f32, bf16, s32, pred ... */
  readonly element: string;
  readonly dimensions: readonly number[];
  /** Number of the memory it lies in: 0 is the device's main memory. */
  readonly space: number;
  /** What it takes there, with what its tiles are padded by. */
  readonly bytes: number;
}

/** Several values; the tuple itself is free. */
export interface TupleShape {
  readonly kind: "tuple";
  readonly parts: readonly Shape[];
}

export type Shape = ArrayShape | TupleShape;

/** One spatial dimension of a convolution's window. Numbers as in HLO: dilations and strides of 1 do nothing. */
export interface WindowDimension {
  readonly size: number;
  readonly stride: number;
  readonly paddingLow: number;
  readonly windowDilation: number;
  readonly baseDilation: number;
}

/** Which dimension of a convolution's arrays is what; `spatial` in the order of `window`. */
export interface Convolution {
  readonly window: readonly WindowDimension[];
  readonly input: { readonly spatial: readonly number[] };
  readonly kernel: { readonly inputFeature: number };
  readonly output: {
    readonly batch: number;
    readonly feature: number;
    readonly spatial: readonly number[];
  };
}

/** One instruction. Absent is what does not apply to its opcode. */
export interface Instruction {
  readonly name: string;
  /** As HLO writes it: fusion, dynamic-slice, copy-start ... An async-start of one operation is that operation. */
  readonly opcode: string;
  readonly shape: Shape;
  /** Whether it runs beside others and is waited for by an instruction of its own. */
  readonly asynchronous?: boolean | undefined;
  /** Names of instructions of the same computation. */
  readonly operands: readonly string[];
  /** Names of computations. Of a while: condition, body. */
  readonly calls: readonly string[];
  /** Where it comes from, as the front end named it: `jit(f)/layer/mul`. */
  readonly path?: string | undefined;
  /** Which function a custom call calls. */
  readonly target?: string | undefined;
  /** Number of a parameter, or place in a tuple. */
  readonly index?: number | undefined;
  /** The value of a constant that is one whole number. */
  readonly constant?: number | undefined;
  /** What a comparison asks: LT, LE, GT, GE, EQ, NE. */
  readonly direction?: string | undefined;
  /** Dimensions of a dot's left side that are summed over. */
  readonly contracting?: readonly number[] | undefined;
  readonly convolution?: Convolution | undefined;
  /** The compiler's estimate for one execution. */
  readonly cycles?: number | undefined;
  /** How often a while loop turns, where the compiler knows. */
  readonly trips?: number | undefined;
}

/** A list of instructions, operands before users. */
export interface Computation {
  readonly name: string;
  readonly instructions: ReadonlyMap<string, Instruction>;
  readonly root: Instruction;
  /** By their numbers. */
  readonly parameters: readonly Instruction[];
}

export interface Module {
  readonly name: string;
  readonly entry: Computation;
  readonly computations: ReadonlyMap<string, Computation>;
}

/** The arrays of a shape, from left to right. */
export function arraysOf(shape: Shape): readonly ArrayShape[] {
  return shape.kind === "array" ? [shape] : shape.parts.flatMap(arraysOf);
}

/** Instructions that an instruction reads, in the order of its operands. */
export function operandsOf(computation: Computation, { operands }: Instruction): readonly Instruction[] {
  return operands.map((name) => computation.instructions.get(name)!);
}

/** A computation of its instructions. @param root name of the root, the last instruction by default */
export function makeComputation(
  name: string,
  list: readonly Instruction[],
  root: string | undefined = list.at(-1)?.name,
): Computation {
  const instructions = new Map(list.map((instruction) => [instruction.name, instruction]));
  const parameters = list
    .filter(({ opcode }) => opcode === "parameter")
    .sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  return { name, instructions, root: instructions.get(root!)!, parameters };
}
