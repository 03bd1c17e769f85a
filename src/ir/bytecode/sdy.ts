/** @file Shardy's attributes between the text that the IR keeps and their codes. */
import { formatSymbol, quote } from "../text/strings.js";
import { builtinAttributes } from "./builtin.js";
import { type Entity, type EntityPool, isA } from "./entity.js";
import { Scanner, UnknownForm } from "./scanner.js";
import { sdyAttributes as sdy } from "./sdy-codecs.js";

/**
 * The attribute of a text such as `#sdy.sharding<@mesh, [{"x"}, {}]>`; undefined when it has another form.
 */
export function sdyFromText(text: string, pool: EntityPool): Entity | undefined {
  const scanner = new Scanner(text);
  try {
    const entity = new SdyParser(scanner, pool).attribute();
    scanner.end();
    return entity;
  } catch (error) {
    if (error instanceof UnknownForm) return undefined;
    throw error;
  }
}

class SdyParser {
  constructor(
    readonly scanner: Scanner,
    readonly pool: EntityPool,
  ) {}

  attribute(): Entity {
    const { scanner } = this;
    scanner.expect("#sdy.");
    if (scanner.accept("sharding_per_value<")) return this.perValue();
    if (scanner.accept("sharding")) return this.sharding();
    scanner.expect("mesh");
    return this.mesh();
  }

  perValue(): Entity {
    this.scanner.expect("[");
    const shardings = this.scanner.list("]", () => this.sharding());
    this.scanner.expect(">");
    const isUnreduced = shardings.some((sharding) => isA(sharding, sdy.unreducedSharding));
    return this.pool.make(isUnreduced ? sdy.perValueUnreduced : sdy.perValue, shardings);
  }

  /** `<@mesh, [{"x"}, {"y", ?}p1], replicated={"z"}, unreduced={"w"}>` */
  sharding(): Entity {
    const { scanner, pool } = this;
    scanner.expect("<");
    const mesh = this.meshOrName();
    scanner.expect(",");
    scanner.expect("[");
    const dimensions = scanner.list("]", () => this.dimension());
    const axes = { replicated: [] as Entity[], unreduced: [] as Entity[] };
    while (scanner.accept(",")) {
      const list = scanner.accept("replicated") ? axes.replicated : axes.unreduced;
      if (list === axes.unreduced) scanner.expect("unreduced");
      scanner.expect("=");
      scanner.expect("{");
      list.push(...scanner.list("}", () => this.axis()));
    }
    scanner.expect(">");
    return axes.unreduced.length === 0
      ? pool.make(sdy.sharding, mesh, dimensions, axes.replicated)
      : pool.make(sdy.unreducedSharding, mesh, dimensions, axes.replicated, axes.unreduced);
  }

  meshOrName(): Entity {
    if (this.scanner.accept("mesh")) return this.mesh();
    const name = this.pool.make(builtinAttributes.string, this.scanner.symbol());
    return this.pool.make(builtinAttributes.symbol, name);
  }

  /** `<["x"=2, "y"=4], device_ids=[1, 0]>` */
  mesh(): Entity {
    const { scanner, pool } = this;
    scanner.expect("<");
    scanner.expect("[");
    const axes = scanner.list("]", () => {
      const name = scanner.string();
      scanner.expect("=");
      return pool.make(sdy.meshAxis, name, scanner.integer());
    });
    let devices: bigint[] = [];
    if (scanner.accept(",")) {
      scanner.expect("device_ids");
      scanner.expect("=");
      scanner.expect("[");
      devices = scanner.list("]", () => scanner.integer());
    }
    scanner.expect(">");
    return pool.make(sdy.mesh, axes, devices);
  }

  /** `{"x", "y":(1)2, ?}p1` */
  dimension(): Entity {
    const { scanner, pool } = this;
    scanner.expect("{");
    let isClosed = true;
    const axes: Entity[] = [];
    scanner.list("}", () => {
      if (scanner.accept("?")) isClosed = false;
      else axes.push(this.axis());
    });
    const priority = scanner.accept("p") ? Number(scanner.integer()) : undefined;
    return pool.make(sdy.dimension, axes, isClosed, priority);
  }

  /** `"x"` or `"x":(2)4` */
  axis(): Entity {
    const { scanner, pool } = this;
    const name = scanner.string();
    if (!scanner.accept(":")) return pool.make(sdy.axis, name, undefined);
    scanner.expect("(");
    const before = scanner.integer();
    scanner.expect(")");
    return pool.make(sdy.axis, name, pool.make(sdy.subAxis, before, scanner.integer()));
  }
}

/** The text of an attribute; undefined when it refers to something that is none of Shardy's. */
export function sdyToText(entity: Entity): string | undefined {
  try {
    if (isA(entity, sdy.mesh)) return `#sdy.mesh${body(entity)}`;
    if (isA(entity, sdy.perValue) || isA(entity, sdy.perValueUnreduced))
      return `#sdy.sharding_per_value<[${entity.values[0].map(body).join(", ")}]>`;
    return `#sdy.sharding${body(entity)}`;
  } catch (error) {
    if (error instanceof UnknownForm) return undefined;
    throw error;
  }
}

/** A mesh or a sharding without its name. */
function body(entity: Entity): string {
  if (isA(entity, sdy.mesh)) {
    const [axes, devices] = entity.values;
    const ids = devices.length === 0 ? "" : `, device_ids=[${devices.join(", ")}]`;
    return `<[${axes.map(meshAxis).join(", ")}]${ids}>`;
  }
  if (!isA(entity, sdy.sharding) && !isA(entity, sdy.unreducedSharding)) throw new UnknownForm();
  const [mesh, dimensions, replicated] = entity.values;
  const unreduced = isA(entity, sdy.unreducedSharding) ? entity.values[3] : [];
  const list = (name: string, axes: readonly Entity[]): string =>
    axes.length === 0 ? "" : `, ${name}={${axes.map(axis).join(", ")}}`;
  const tail = list("replicated", replicated) + list("unreduced", unreduced);
  return `<${meshReference(mesh)}, [${dimensions.map(dimension).join(", ")}]${tail}>`;
}

function meshReference(entity: Entity): string {
  if (isA(entity, sdy.mesh)) return `mesh${body(entity)}`;
  const name = isA(entity, builtinAttributes.symbol) ? entity.values[0] : undefined;
  if (!isA(name, builtinAttributes.string)) throw new UnknownForm();
  return formatSymbol([name.values[0]]);
}

function meshAxis(entity: Entity): string {
  if (!isA(entity, sdy.meshAxis)) throw new UnknownForm();
  const [name, size] = entity.values;
  return `${quote(name)}=${size}`;
}

function axis(entity: Entity): string {
  if (!isA(entity, sdy.axis)) throw new UnknownForm();
  const [name, part] = entity.values;
  if (part === undefined) return quote(name);
  if (!isA(part, sdy.subAxis)) throw new UnknownForm();
  return `${quote(name)}:(${part.values[0]})${part.values[1]}`;
}

function dimension(entity: Entity): string {
  if (!isA(entity, sdy.dimension)) throw new UnknownForm();
  const [axes, isClosed, priority] = entity.values;
  const items = [...axes.map(axis), ...(isClosed ? [] : ["?"])];
  return `{${items.join(", ")}}${priority === undefined ? "" : `p${priority}`}`;
}
