/** @file Builder: makes typed operations at an insertion point, inferring and verifying as it goes. */
import type { AttributeDictionary } from "./attribute.js";
import { type Location, unknownLocation } from "./location.js";
import type { Block, Declaration, Operation, Region, Value } from "./operation.js";
import type { AttributesOf, AttributeTable, OpDefinition } from "./ops/define.js";
import type { Attributes, OpName, OperationOf } from "./ops/index.js";
import type { Precision } from "./precision.js";
import { statedPrecision, withPrecisionStated } from "./stated-precision.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "./rewriter.js";
import type { Type } from "./types.js";
import { inferResultTypes } from "./verify.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What may be given beside operands and attributes. */
export interface CreateOptions {
  /** Needed where types cannot be inferred (reshape, broadcast_in_dim, convert, iota ...); checked where they can. */
  readonly results?: readonly Type[];
  readonly regions?: readonly Region[];
  readonly extra?: AttributeDictionary;
  /** Instead of the builder's current location. */
  readonly location?: Location;
}

export const CREATE_OPTIONS: OptionNames<CreateOptions> = {
  results: true,
  regions: true,
  extra: true,
  location: true,
};

export class Builder {
  /** Given to every operation that names none of its own. */
  location: Location = unknownLocation;
  /** Stated by every product, and op that is made of products, that states none of its own. */
  precision: Precision | undefined;
  #block: Block;
  #anchor: Operation | undefined;

  private constructor(block: Block, anchor?: Operation) {
    this.#block = block;
    this.#anchor = anchor;
    if (anchor === undefined) return;
    this.location = anchor.location;
    this.precision = statedPrecision(anchor);
  }

  /** Inserts at the end of `block`. */
  static atEnd(block: Block): Builder {
    return new Builder(block);
  }

  /** Inserts before `operation`, with its location and the precision that it states for the products that it is made of. */
  static before(operation: Operation): Builder {
    return new Builder(operation.block!, operation);
  }

  /** Where operations go now. */
  get block(): Block {
    return this.#block;
  }

  /** Makes and inserts an operation. @throws VerifyError when it breaks a rule of its op. */
  create<K extends OpName>(
    name: K,
    operands: readonly Value[],
    attributes: Attributes<K>,
    options: CreateOptions = {},
  ): OperationOf<K> {
    checkOptions("Builder.create", options, CREATE_OPTIONS);
    return this.#insert({ name }, operands, attributes, options) as unknown as OperationOf<K>;
  }

  /** The same by a declaration, as ops of added dialects (dialect.ts) are made. @throws VerifyError */
  createOf<const Name extends string, const A extends AttributeTable>(
    definition: OpDefinition<Name, A>,
    operands: readonly Value[],
    attributes: AttributesOf<A>,
    options: CreateOptions = {},
  ): Operation<Name, AttributesOf<A>> {
    checkOptions("Builder.createOf", options, CREATE_OPTIONS);
    const { name } = definition;
    const operation = this.#insert({ name, declaration: definition }, operands, attributes, options);
    return operation as unknown as Operation<Name, AttributesOf<A>>;
  }

  #insert(
    op: { readonly name: string; readonly declaration?: Declaration },
    operands: readonly Value[],
    attributes: object,
    options: CreateOptions,
  ): Operation {
    const location = options.location ?? this.location;
    const regions = options.regions ?? [];
    const requested = options.results ?? [];
    const values = this.#stated(op, attributes as Operation["attributes"]);
    const parts = { ...op, operands, attributes: values, regions, location };
    const resultTypes = inferResultTypes({ ...parts, resultTypes: requested });
    const { extra } = options;
    const operation = makeOperation({ ...parts, ...(extra === undefined ? {} : { extra }), resultTypes });
    insertOperation(operation, this.#block, this.#anchor);
    return operation;
  }

  #stated(
    op: { readonly name: string; readonly declaration?: Declaration },
    attributes: Operation["attributes"],
  ): Operation["attributes"] {
    if (this.precision === undefined) return attributes;
    return withPrecisionStated({ ...op, attributes }, this.precision) ?? attributes;
  }

  /** A one-block region whose body is made by `build`, which gets the arguments and a builder at its end. */
  region(argumentTypes: readonly Type[], build: (args: readonly Value[], builder: Builder) => void): Region {
    const block = makeBlock(argumentTypes);
    const inner = Builder.atEnd(block);
    inner.location = this.location;
    inner.precision = this.precision;
    build(block.arguments, inner);
    return makeRegion([block]);
  }
}
