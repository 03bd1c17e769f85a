/**
 * @file The public face of the IR: values and operations, builder and emitter, changes, verification, text, portable
 * artifacts, interpreter, and the table of ops.
 */
export { bytesOf, elementsOf, totalBytes } from "./analysis/bytes.js";
export { constantOf, isAllOnes, splatOf } from "./analysis/constants.js";
export { isPure } from "./analysis/effects.js";
export { bodyOf, findFunction, functionsOf, referencedSymbols, returnedValues } from "./analysis/symbols.js";
export {
  type Attribute,
  type AttributeDictionary,
  emptyDictionary,
  integerAttribute,
  stringAttribute,
} from "./attribute.js";
export { Builder, type CreateOptions } from "./builder.js";
export * from "./bytecode/index.js";
export {
  type Elements,
  elementsFromNumbers,
  hasNumbers,
  numberAt,
  rawElements,
  splatNumber,
  storedCount,
} from "./elements.js";
export type { Decomposition, FindDecomposition } from "./decompositions.js";
export {
  defineDialect,
  dialectOf,
  type Dialect,
  isInstanceOf,
  type OperationOfDefinition,
} from "./dialect.js";
export { type DotDims, Emitter, isSplat, shapeOf, typeOf } from "./emit.js";
export type { Backward, Contribution, GradientRule, InPlace } from "./gradient-rule.js";
export { ParseError, VerifyError } from "./errors.js";
export { Expression, polynomial, type Term } from "./expression.js";
export * from "./interpret/index.js";
export {
  describeLocation,
  fileLocation,
  type Location,
  nameLocation,
  sourcePosition,
  unknownLocation,
} from "./location.js";
export {
  type AttributeValues,
  Block,
  definingOp,
  isInside,
  isOperation,
  Operation,
  Region,
  type Value,
  walk,
} from "./operation.js";
export * from "./ops/define.js";
export {
  type Attributes,
  definitionOf,
  findOp,
  hasTrait,
  isModelOp,
  isOp,
  type ModelOpName,
  opDefinitions,
  type OperationOf,
  type OpName,
  type StablehloName,
} from "./ops/index.js";
export { productPrecision } from "./ops/enums.js";
export * as kinds from "./ops/kinds.js";
export * as structs from "./ops/structs.js";
export { type ReadOptions, readModule } from "./read-module.js";
export {
  addArgument,
  cloneOperation,
  cloneRegion,
  detachOperation,
  dropArguments,
  eraseOperation,
  insertOperation,
  isDefinedOutside,
  makeBlock,
  makeOperation,
  makeRegion,
  moveBefore,
  type OperationParts,
  replaceAllUses,
  replaceOperation,
  setAttributes,
  setLocation,
  setNameHint,
  setOperands,
  type ValueMap,
} from "./rewriter.js";
export type { Form, FormParser, FormPrinter } from "./text/forms/form.js";
export * from "./text/index.js";
export * from "./types.js";
export { inferResultTypes, type OpParts, verifyModule, verifyOperation } from "./verify.js";
