/** @file HLO as compilers hand it out, in protobuf, to what is counted. */
import type { HloComputationProto, HloInstructionProto, HloModuleProto } from "../runtime-pjrt/index.js";
import { unwrapAsync } from "./async.js";
import { readBackendConfig } from "./backend-config.js";
import { checkModule, checkNewName } from "./check-module.js";
import { HloError } from "./errors.js";
import {
  type Computation,
  type Convolution,
  type Instruction,
  makeComputation,
  type Module,
  type Shape,
} from "./hlo.js";
import { elementName, makeArrayShape } from "./shape.js";

const utf8 = new TextDecoder();
const TUPLE = 13;

/** @throws HloError for a module without an entry, for arrays of a type that is not known, and for what `checkModule` refuses */
export function moduleFromProto(proto: HloModuleProto): Module {
  const names = namesById(proto.computations, "computation", proto.name);
  const list = proto.computations.map((computation) => readComputation(computation, names));
  const computations = new Map(list.map((computation) => [computation.name, computation]));
  const entry = computations.get(names.get(proto.entryComputationId) ?? proto.entryComputationName);
  if (entry === undefined)
    throw new HloError({ message: `HLO module ${proto.name} has no entry computation` });
  return unwrapAsync(checkModule({ name: proto.name, entry, computations }, proto.name));
}

/** Names by numbers, both of which must differ. */
function namesById(
  list: readonly { readonly id: bigint; readonly name: string }[],
  what: "computation" | "instruction",
  where: string,
): ReadonlyMap<bigint, string> {
  const taken = new Set<string>();
  for (const { id, name } of list) {
    checkNewName(taken, name, what, where);
    checkNewName(taken, `#${id}`, what, where);
    taken.add(name).add(`#${id}`);
  }
  return new Map(list.map(({ id, name }) => [id, name]));
}

/** The name for a number; where it has none, what is no name of anything. */
const nameOf = (names: ReadonlyMap<bigint, string>, id: bigint): string => names.get(id) ?? `#${id}`;

function readComputation(
  { name, instructions, rootId }: HloComputationProto,
  computations: ReadonlyMap<bigint, string>,
): Computation {
  const names = namesById(instructions, "instruction", name);
  const list = instructions.map((instruction) => readInstruction(instruction, names, computations));
  // Without a number for the root, it is the last.
  return makeComputation(name, list, rootId === 0n ? names.get(rootId) : nameOf(names, rootId));
}

function readInstruction(
  proto: HloInstructionProto,
  names: ReadonlyMap<bigint, string>,
  computations: ReadonlyMap<bigint, string>,
): Instruction {
  const { name, opcode } = proto;
  const calls = proto.calledComputationIds.map((id) => nameOf(computations, id));
  const dot = proto.dotDimensionNumbers;
  return {
    name,
    opcode,
    shape: readShape(proto.shape, name),
    operands: proto.operandIds.map((id) => nameOf(names, id)),
    // Here a while loop's body comes first.
    calls: opcode === "while" ? calls.reverse() : calls,
    path: pathOf(proto),
    target: proto.customCallTarget || undefined,
    index: indexOf(proto),
    constant: constantOf(proto),
    direction: proto.comparisonDirection || undefined,
    contracting: dot?.lhsContractingDimensions.map(Number),
    convolution: convolutionOf(proto),
    ...readBackendConfig(utf8.decode(proto.backendConfig)),
  };
}

function readShape(shape: HloInstructionProto["shape"], where: string): Shape {
  if (shape === undefined) return { kind: "tuple", parts: [] };
  if (shape.elementType === TUPLE)
    return { kind: "tuple", parts: shape.tupleShapes.map((part) => readShape(part, where)) };
  const element = elementName(shape.elementType);
  if (element === undefined)
    throw new HloError({ message: `element type ${shape.elementType} is not known`, where });
  const { layout } = shape;
  return makeArrayShape(
    element,
    shape.dimensions.map(Number),
    layout && {
      minorToMajor: layout.minorToMajor.map(Number),
      tiles: layout.tiles.map(({ dimensions }) => dimensions.map(Number)),
      space: Number(layout.memorySpace),
      elementBits: Number(layout.elementSizeInBits),
    },
  );
}

/** The name of the operation that it comes from; where that has none, its line. */
function pathOf({ metadata }: HloInstructionProto): string | undefined {
  if (metadata === undefined) return undefined;
  const { opName, sourceFile, sourceLine } = metadata;
  if (opName !== "") return opName;
  return sourceFile === "" ? undefined : `${sourceFile.split("/").at(-1)}:${sourceLine}`;
}

function indexOf({ opcode, parameterNumber, tupleIndex }: HloInstructionProto): number | undefined {
  if (opcode === "parameter") return Number(parameterNumber);
  return opcode === "get-tuple-element" ? Number(tupleIndex) : undefined;
}

function constantOf({ literal, shape }: HloInstructionProto): number | undefined {
  if (literal === undefined || shape === undefined || shape.dimensions.length > 0) return undefined;
  const { s32s, s64s, u32s, u64s } = literal;
  const value = [...s32s, ...s64s, ...u32s, ...u64s][0];
  return value === undefined ? undefined : Number(value);
}

function convolutionOf(proto: HloInstructionProto): Convolution | undefined {
  const numbers = proto.convolutionDimensionNumbers;
  if (numbers === undefined) return undefined;
  return {
    window: (proto.window?.dimensions ?? []).map((dimension) => ({
      size: Number(dimension.size),
      stride: Number(dimension.stride),
      paddingLow: Number(dimension.paddingLow),
      windowDilation: Number(dimension.windowDilation),
      baseDilation: Number(dimension.baseDilation),
    })),
    input: { spatial: numbers.inputSpatialDimensions.map(Number) },
    kernel: { inputFeature: Number(numbers.kernelInputFeatureDimension) },
    output: {
      batch: Number(numbers.outputBatchDimension),
      feature: Number(numbers.outputFeatureDimension),
      spatial: numbers.outputSpatialDimensions.map(Number),
    },
  };
}
