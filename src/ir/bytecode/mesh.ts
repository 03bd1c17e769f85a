/** @file StableHLO's own mesh attributes (of `replica_group_mesh_axes`) between their text and VHLO. */
import type { Attribute } from "../attribute.js";
import { formatAttribute } from "../text/print-attributes.js";
import { parseAttribute } from "../text/parse.js";
import { quote } from "../text/strings.js";
import { type Entity, type EntityPool, isA } from "./entity.js";
import { Scanner, UnknownForm } from "./scanner.js";
import { vhloAttributes as vhlo } from "./vhlo-codecs.js";

type Convert = (attribute: Attribute) => Entity;

/** The attribute of a text such as `#stablehlo.axis_ref<name = "x">`; undefined when it has another form. */
export function meshFromText(text: string, convert: Convert, pool: EntityPool): Entity | undefined {
  const scanner = new Scanner(text);
  try {
    scanner.expect("#stablehlo.");
    const entity = scanner.accept("axis_ref") ? axisReference(scanner, pool) : mesh(scanner, convert, pool);
    scanner.end();
    return entity;
  } catch (error) {
    if (error instanceof UnknownForm) return undefined;
    throw error;
  }
}

function nameField(scanner: Scanner, pool: EntityPool): Entity {
  scanner.expect("<");
  scanner.expect("name");
  scanner.expect("=");
  return pool.make(vhlo.string, scanner.string());
}

/** `<name = "x", sub_axis_info = (1)2>` */
function axisReference(scanner: Scanner, pool: EntityPool): Entity {
  const name = nameField(scanner, pool);
  if (scanner.accept(">")) return pool.make(vhlo.axisRef, name, undefined);
  for (const word of [",", "sub_axis_info", "=", "("]) scanner.expect(word);
  const before = scanner.integer();
  scanner.expect(")");
  const part = pool.make(vhlo.subAxisInfo, before, scanner.integer());
  scanner.expect(">");
  return pool.make(vhlo.axisRef, name, part);
}

/** `mesh<axes=[<name = "x", size = 2>], device_ids=dense<..> : tensor<..>>` */
function mesh(scanner: Scanner, convert: Convert, pool: EntityPool): Entity {
  for (const word of ["mesh", "<", "axes", "=", "["]) scanner.expect(word);
  const axes = scanner.list("]", () => {
    // The name of the attribute may stand in front of each axis.
    scanner.accept("#stablehlo.mesh_axis");
    const name = nameField(scanner, pool);
    for (const word of [",", "size", "="]) scanner.expect(word);
    const size = scanner.integer();
    scanner.expect(">");
    return pool.make(vhlo.meshAxis, name, size);
  });
  const list = pool.make(vhlo.array, axes);
  if (!scanner.accept(",")) {
    scanner.expect(">");
    return pool.make(vhlo.mesh, list, undefined);
  }
  for (const word of ["device_ids", "="]) scanner.expect(word);
  return pool.make(vhlo.mesh, list, convert(parseAttribute(scanner.rest(">"))));
}

const nameOf = (entity: Entity): string => {
  if (!isA(entity, vhlo.string)) throw new UnknownForm();
  return quote(entity.values[0]);
};

function meshAxisText(entity: Entity): string {
  if (!isA(entity, vhlo.meshAxis)) throw new UnknownForm();
  return `<name = ${nameOf(entity.values[0])}, size = ${entity.values[1]}>`;
}

function axisText(entity: Entity): string {
  if (!isA(entity, vhlo.axisRef)) throw new UnknownForm();
  const [name, part] = entity.values;
  const head = `#stablehlo.axis_ref<name = ${nameOf(name)}`;
  if (part === undefined) return `${head}>`;
  if (!isA(part, vhlo.subAxisInfo)) throw new UnknownForm();
  return `${head}, sub_axis_info = (${part.values[0]})${part.values[1]}>`;
}

/** The text of an axis or a mesh; undefined for anything else. */
export function meshToText(entity: Entity, convert: (entity: Entity) => Attribute): string | undefined {
  try {
    if (!isA(entity, vhlo.mesh)) return axisText(entity);
    const [axes, devices] = entity.values;
    if (!isA(axes, vhlo.array)) return undefined;
    const list = axes.values[0].map(meshAxisText).join(", ");
    const ids = devices === undefined ? "" : `, device_ids=${formatAttribute(convert(devices))}`;
    return `#stablehlo.mesh<axes=[${list}]${ids}>`;
  } catch (error) {
    if (error instanceof UnknownForm) return undefined;
    throw error;
  }
}
