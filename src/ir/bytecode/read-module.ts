/**
 * @file A VHLO program as a module: older versions of operations are brought up to date, defaults are left
 * out.
 */
import { type Attribute, type AttributeDictionary, emptyDictionary } from "../attribute.js";
import { integerAt, numberAt } from "../elements.js";
import { integerOf, safeNumber } from "../integers.js";
import type { Block, Operation, Region, Value } from "../operation.js";
import type { AttributeKind } from "../ops/kinds.js";
import { findOp } from "../ops/index.js";
import { insertOperation, makeBlock, makeOperation, makeRegion } from "../rewriter.js";
import { elementCount } from "../types.js";
import { dictionaryEntries } from "./builtin-attributes.js";
import { isDefault } from "./defaults.js";
import { type Entity, isA } from "./entity.js";
import { EntityReader } from "./entity-reader.js";
import { BytecodeError } from "./errors.js";
import { castName, readableProperties } from "./kept-ops.js";
import { type BytecodeBlock, type BytecodeOperation, type BytecodeRegion, countValues } from "./program.js";
import { apiVersions, vhloAttributes, vhloTypes } from "./vhlo-codecs.js";
import { findVhloOp, type SpreadFields, spreadFields, type VhloOp } from "./vhlo-ops.js";

/** The longest list of integers that an attribute may be: a splat of any size is a few bytes long. */
const maxListLength = 1 << 20;

type Attributes = Record<string, unknown>;

export class ModuleBuilder {
  /** Values by their numbers; a region's are cut off when it is left. */
  #values: Value[] = [];
  #offset = 0;
  readonly #from = new EntityReader((message) => {
    throw new BytecodeError(message, this.#offset);
  });

  /** The module of a program. @throws BytecodeError */
  build(root: BytecodeOperation): Operation {
    if (root.name !== "builtin.module") this.#from.fail(`a module is wanted, got ${root.name}`);
    return this.#operation(root, undefined);
  }

  #operation(source: BytecodeOperation, parent: string | undefined): Operation {
    this.#offset = source.offset;
    const op = findVhloOp(source.name);
    const name =
      op?.operation === "stablehlo.return" && parent === "func.func"
        ? "func.return"
        : (op?.operation ?? source.name);
    const operands = this.#operands(source);
    const resultTypes = source.results.map((type) => this.#from.type(type));
    const location = this.#from.location(source.location);
    const attributes = op === undefined ? this.#keptAttributes(source) : this.#attributes(source, op);
    const extra = this.#extra(source);
    const regions = this.#regions(source, name);
    return makeOperation({ name, operands, attributes, extra, resultTypes, regions, location });
  }

  #extra({ discardable }: BytecodeOperation): AttributeDictionary {
    if (discardable === undefined) return emptyDictionary;
    return new Map(
      dictionaryEntries(this.#from, discardable).map(([key, value]) => [key, this.#from.attribute(value)]),
    );
  }

  /** The attributes of an operation that is no VHLO one. */
  #keptAttributes({ name, properties }: BytecodeOperation): Attributes {
    const attributes: Attributes = {};
    for (const [i, property] of readableProperties(name)!.entries()) {
      const entity = properties[i];
      if (entity === undefined && property.optional) continue;
      if (entity === undefined) return this.#from.fail(`${name} lacks its attribute ${property.name}`);
      const kind = findOp(name)!.attributes[property.name]!;
      const value = kind.fromAttribute(this.#from.attribute(entity));
      if (value === undefined) this.#from.fail(`attribute ${property.name} of ${name} must be ${kind.name}`);
      attributes[property.name] = value;
    }
    return attributes;
  }

  /** Between the two writings of one type the value itself; undefined for a cast that the program has, to another type. */
  #cast(source: BytecodeOperation): Value | undefined {
    this.#offset = source.offset;
    const [operand, ...others] = this.#operands(source);
    const [type, ...more] = source.results;
    if (operand === undefined || type === undefined || others.length + more.length > 0) return undefined;
    return this.#from.type(type) === operand.type ? operand : undefined;
  }

  #operands(source: BytecodeOperation): Value[] {
    return source.operands.map(
      (number) =>
        this.#values[number] ??
        this.#from.fail(`${source.name} uses value ${number}, which is not defined yet`),
    );
  }

  #attributes({ properties }: BytecodeOperation, op: VhloOp): Attributes {
    const given = new Map(op.attributes.map((name, i) => [name, properties[i]]));
    const missing = op.attributes.find((name) => given.get(name) === undefined);
    if (missing !== undefined) this.#from.fail(`${op.name} lacks its attribute ${missing}`);
    const all: Attributes = {};
    for (const [name, kind] of Object.entries(findOp(op.operation)!.attributes)) {
      const value = this.#attribute(op, name, kind, given as ReadonlyMap<string, Entity>);
      if (value !== undefined) all[name] = value;
    }
    return Object.fromEntries(
      Object.entries(all).filter(([name, value]) => !this.#isLeftOut(op.operation, name, value, all)),
    );
  }

  #isLeftOut(operation: string, name: string, value: unknown, all: Attributes): boolean {
    if (findOp(operation)!.attributes[name]!.optional !== true) return false;
    // Zero written as i32 was given by the author: an absent one is i64.
    if (operation === "stablehlo.composite" && name === "version") return false;
    return isDefault(operation, name, value, all);
  }

  /** One attribute of the op table; undefined when it is absent. */
  #attribute(op: VhloOp, name: string, kind: AttributeKind, given: ReadonlyMap<string, Entity>): unknown {
    const fields = spreadFields(op.operation, kind);
    if (fields !== undefined) return this.#gather(op, name, fields, kind, given);
    const entity = given.get(name);
    if (entity === undefined) return undefined;
    if (isA(entity, vhloAttributes.apiVersion)) return apiVersions[entity.values[0]];
    const attribute = this.#from.attribute(entity);
    if (kind.name === "unit") return attribute.kind === "bool" && attribute.value ? true : undefined;
    if (op.operation === "stablehlo.composite" && name === "version")
      return this.#compositeVersion(attribute);
    this.#checkLength(attribute, kind);
    for (const candidate of readings(attribute)) {
      const value = kind.fromAttribute(candidate);
      if (value !== undefined) return value;
    }
    return this.#from.fail(`attribute ${name} of ${op.name} must be ${kind.name}`);
  }

  #compositeVersion(attribute: Attribute): number | undefined {
    if (attribute.kind !== "integer") return this.#from.fail("the version of a composite must be an integer");
    const isAbsent =
      attribute.value === 0n && attribute.type.kind === "scalar" && attribute.type.element === "i64";
    if (isAbsent) return undefined;
    return safeNumber(attribute.value) ?? this.#from.fail("the version of a composite is beyond 2^53");
  }

  /**
   * Lists are constants, which may be splats of any size; only the value of an op may be as large as it
   * likes.
   */
  #checkLength(attribute: Attribute, kind: AttributeKind): void {
    if (attribute.kind === "array") for (const item of attribute.items) this.#checkLength(item, kind);
    if (attribute.kind !== "elements" || kind.name === "elements") return;
    const count = elementCount(attribute.value.type.shape);
    if (count > maxListLength) this.#from.fail(`an attribute cannot be a list of ${count} numbers`);
  }

  /** A struct attribute from the attributes it is spread over. */
  #gather(
    op: VhloOp,
    name: string,
    fields: SpreadFields,
    kind: AttributeKind,
    given: ReadonlyMap<string, Entity>,
  ): Attributes | undefined {
    const struct: Attributes = name === "channel_handle" ? { handle: 0, type: 0 } : {};
    let absent = 0;
    for (const [field, vhloName] of Object.entries(fields)) {
      const entity = given.get(vhloName);
      const value = entity === undefined ? this.#oldField(op, vhloName) : this.#field(entity, vhloName);
      if (value === undefined) absent++;
      else if (kind.fields![field]!.schema.safeParse(value).success === false)
        this.#from.fail(`${vhloName} of ${op.name} cannot hold ${String(value)}`);
      struct[field] = value;
    }
    if (absent === 0) return struct;
    if (absent < Object.keys(fields).length) this.#from.fail(`the ${name} of ${op.name} is incomplete`);
    return undefined;
  }

  /** What the first version of an operation, which lacks the field, means. */
  #oldField(op: VhloOp, name: string): readonly number[] | undefined {
    if (op.next?.adds.includes(name) !== true) this.#from.fail(`${op.name} lacks its attribute ${name}`);
    return name.endsWith("_batching_dims") ? [] : undefined;
  }

  /** A field of a struct: a list, an integer, a truth value or a type; undefined for none. */
  #field(entity: Entity, name: string): unknown {
    if (isA(entity, vhloAttributes.type) && isA(entity.values[0], vhloTypes.none)) return undefined;
    const attribute = this.#from.attribute(entity);
    if (attribute.kind === "bool") return attribute.value;
    if (attribute.kind === "integer") return integerOf(attribute.value);
    if (attribute.kind === "type" && attribute.type.kind === "scalar") return attribute.type.element;
    if (attribute.kind !== "elements" || attribute.value.type.element !== "i64")
      return this.#from.fail(`${name} cannot be a ${attribute.kind}`);
    const { value } = attribute;
    const count = elementCount(value.type.shape);
    if (count > maxListLength) this.#from.fail(`${name} cannot be a list of ${count} numbers`);
    return Array.from({ length: count }, (_, i) => integerAt(value, i));
  }

  #regions({ regions, isolated }: BytecodeOperation, parent: string): Region[] {
    const outside = this.#values;
    if (isolated) this.#values = [];
    const first = this.#values.length;
    const result = regions.map((region) => {
      const made = this.#region(region, parent, first);
      this.#values.length = first;
      return made;
    });
    this.#values = outside;
    return result;
  }

  #region(source: BytecodeRegion, parent: string, first: number): Region {
    // Inner regions are numbered after all values of this one, also those defined later.
    const own: Value[] = [];
    const end = first + countValues(source);
    const blocks = source.blocks.map((block) => this.#block(block, parent, first, end, own));
    return makeRegion(blocks);
  }

  #block(source: BytecodeBlock, parent: string, first: number, end: number, own: Value[]): Block {
    const block = makeBlock(
      source.arguments.map(({ type }) => this.#from.type(type)),
      [],
      source.arguments.map(({ location }) => this.#from.location(location)),
    );
    const define = (value: Value): void => {
      this.#values[first + own.length] = value;
      own.push(value);
    };
    block.arguments.forEach(define);
    for (const inner of source.operations) {
      this.#values.length = end;
      const same = inner.name === castName ? this.#cast(inner) : undefined;
      if (same !== undefined) {
        define(same);
        continue;
      }
      const operation = this.#operation(inner, parent);
      insertOperation(operation, block);
      operation.results.forEach(define);
    }
    return block;
  }
}

/** An attribute as VHLO has it, and as what it may have been in StableHLO. */
function* readings(attribute: Attribute): Generator<Attribute> {
  yield attribute;
  if (attribute.kind === "string") yield { kind: "symbol", path: [attribute.value] };
  if (attribute.kind === "array")
    yield { kind: "array", items: attribute.items.map((item) => [...readings(item)].at(-1)!) };
  if (attribute.kind !== "elements") return;
  const { value } = attribute;
  const { element, shape } = value.type;
  if (shape.length !== 1 || (element !== "i64" && element !== "i1")) return;
  const at = element === "i64" ? integerAt : numberAt;
  const items = Array.from({ length: shape[0]! }, (_, i) => BigInt(at(value, i)));
  yield { kind: "denseArray", element, items };
}
