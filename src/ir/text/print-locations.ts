/** @file Locations as text, and the aliases that MLIR's printer makes for them. */
import type { Location } from "../location.js";
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

/** What stands between `loc(` and `)`; children are written by `alias` where it knows them. */
function formatBody(location: Location, alias: Namer): string {
  const inner = (child: Location): string => alias(child) ?? formatBody(child, alias);
  switch (location.kind) {
    case "unknown":
      return "unknown";
    case "file":
      return formatFile(location);
    case "name":
      return location.child.kind === "unknown"
        ? quote(location.name)
        : `${quote(location.name)}(${inner(location.child)})`;
    case "callsite":
      return `callsite(${inner(location.callee)} at ${inner(location.caller)})`;
    case "fused": {
      const metadata = location.metadata === undefined ? "" : `<${location.metadata}>`;
      return `fused${metadata}[${location.children.map(inner).join(", ")}]`;
    }
  }
}

/** `loc("f.ts":3:4)`, written whole. */
export const formatLocation = (location: Location): string => `loc(${formatBody(location, () => undefined)})`;

/** Locations that a location is made of. */
const childrenOf = (location: Location): readonly Location[] => {
  if (location.kind === "name") return location.child.kind === "unknown" ? [] : [location.child];
  if (location.kind === "callsite") return [location.callee, location.caller];
  return location.kind === "fused" ? location.children : [];
};

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

  #enter(location: Location, deferred: boolean): Entry {
    const known = this.#known.get(location);
    if (known !== undefined) return known;
    // The place in the order is taken before the children's.
    const order = this.#next++;
    const children = childrenOf(location).map((child) => this.#enter(child, deferred));
    const text = formatBody(location, (child) => String(this.#known.get(child)?.order));
    const depth = 1 + Math.max(0, ...children.map((child) => child.depth));
    const entry = this.#byText.get(text) ?? { location, children, depth, order, deferred, name: "" };
    this.#byText.set(text, entry);
    this.#known.set(location, entry);
    return entry;
  }

  #markEarly(entry: Entry): void {
    if (!entry.deferred && entry.children.every((child) => !child.deferred)) return;
    entry.deferred = false;
    for (const child of entry.children) this.#markEarly(child);
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
