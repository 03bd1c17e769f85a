/** @file Locations as text, and the aliases that MLIR's printer makes for them. */
import { postOrder } from "../../support/post-order.js";
import { type Location, locationChildren } from "../location.js";
import { quote } from "./strings.js";

type Namer = (location: Location) => string | undefined;

function formatFile(location: Extract<Location, { kind: "file" }>): string {
  const { file, line, column, endLine, endColumn } = location;
  const start = `${quote(file)}:${line}:${column}`;
  if (endColumn === undefined) return start;
  return endLine === undefined || endLine === line
    ? `${start} to :${endColumn}`
    : `${start} to ${endLine}:${endColumn}`;
}

/** The text of a location, with its children in their places. */
function partsOf(location: Location): readonly (string | Location)[] {
  switch (location.kind) {
    case "unknown":
      return ["unknown"];
    case "file":
      return [formatFile(location)];
    case "name":
      return location.child.kind === "unknown"
        ? [quote(location.name)]
        : [`${quote(location.name)}(`, location.child, ")"];
    case "callsite":
      return ["callsite(", location.callee, " at ", location.caller, ")"];
    case "fused": {
      const metadata = location.metadata === undefined ? "" : `<${location.metadata}>`;
      const children = location.children.flatMap((child, i) => (i === 0 ? [child] : [", ", child]));
      return [`fused${metadata}[`, ...children, "]"];
    }
  }
}

/** What stands between `loc(` and `)`; children are written by `alias` where it knows them. */
function formatBody(location: Location, alias: Namer): string {
  let text = "";
  const todo = partsOf(location).toReversed();
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const known = typeof next === "string" ? next : alias(next);
    if (known !== undefined) text += known;
    else if (typeof next !== "string") for (const part of partsOf(next).toReversed()) todo.push(part);
  }
  return text;
}

/** `loc("f.ts":3:4)`, written whole. */
export const formatLocation = (location: Location): string => `loc(${formatBody(location, () => undefined)})`;

/** Locations that are written inside of a location: a name's child is not when nothing is known of it. */
const writtenChildren = (location: Location): readonly Location[] =>
  location.kind === "name" && location.child.kind === "unknown" ? [] : locationChildren(location);

interface Entry {
  readonly location: Location;
  readonly children: readonly Entry[];
  readonly depth: number;
  readonly order: number;
  /** Aliases of argument locations stand before the module, the others after it. */
  deferred: boolean;
  name: string;
}

/**
 * The aliases of a module's locations: collected in the order they are met, numbered by depth (a location
 * after what it is made of), as MLIR does.
 */
export class LocationAliases {
  readonly #byText = new Map<string, Entry>();
  readonly #known = new Map<Location, Entry>();
  #next = 0;

  /** Notes a location; those of arguments cannot be defined after their use. */
  visit(location: Location, deferred: boolean): void {
    const entry = this.#enter(location, deferred);
    if (!deferred) this.#markEarly(entry);
  }

  #enter(root: Location, deferred: boolean): Entry {
    const known = this.#known;
    const orders = new Map<Location, number>();
    const childrenOf = (location: Location): readonly Location[] => {
      // The place in the order is taken before the children's.
      orders.set(location, this.#next++);
      return writtenChildren(location);
    };
    for (const location of postOrder(root, (other) => known.has(other), childrenOf)) {
      const children = writtenChildren(location).map((child) => known.get(child)!);
      const order = orders.get(location)!;
      const text = formatBody(location, (child) => String(known.get(child)?.order));
      const depth = 1 + children.reduce((most, child) => Math.max(most, child.depth), 0);
      const entry = this.#byText.get(text) ?? { location, children, depth, order, deferred, name: "" };
      this.#byText.set(text, entry);
      known.set(location, entry);
    }
    return known.get(root)!;
  }

  #markEarly(entry: Entry): void {
    const todo = [entry];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (!next.deferred && next.children.every((child) => !child.deferred)) continue;
      next.deferred = false;
      for (const child of next.children) todo.push(child);
    }
  }

  /** Numbers the aliases; call it once, after the last visit. */
  assignNames(): void {
    this.#sorted().forEach((entry, index) => {
      entry.name = index === 0 ? "#loc" : `#loc${index}`;
    });
  }

  /** `loc(#loc3)`; written whole when it was never visited. */
  use(location: Location): string {
    const name = this.#alias(location);
    return name === undefined ? formatLocation(location) : `loc(${name})`;
  }

  /** A location written at its place, with aliases for what it is made of. */
  inline(location: Location): string {
    return `loc(${formatBody(location, this.#alias)})`;
  }

  /** The definitions before (`false`) or after (`true`) the module, a line each. */
  definitions(deferred: boolean): string {
    return this.#sorted()
      .filter((entry) => entry.deferred === deferred)
      .map((entry) => `${entry.name} = ${this.inline(entry.location)}\n`)
      .join("");
  }

  #sorted(): Entry[] {
    return [...this.#byText.values()].sort((a, b) => a.depth - b.depth || a.order - b.order);
  }

  readonly #alias: Namer = (location) => this.#known.get(location)?.name;
}
