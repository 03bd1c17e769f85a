/** @file Names of values while parsing: regions see the names around them, isolated ones only their own. */
import type { Value } from "../operation.js";

/** What a name stands for: the results of a pack, or nothing because its operation did not parse. */
export type Definition = readonly Value[] | "broken";

export class Scope {
  /** Names of the isolated region, with those of each region inside it to forget at its end. */
  #names = new Map<string, Definition>();
  #regions: string[][] = [[]];
  readonly #outer: { readonly names: Map<string, Definition>; readonly regions: string[][] }[] = [];

  find(name: string): Definition | undefined {
    return this.#names.get(name);
  }

  /** False when the name is taken. */
  define(name: string, definition: Definition): boolean {
    if (this.#names.has(name)) return false;
    this.#names.set(name, definition);
    this.#regions.at(-1)!.push(name);
    return true;
  }

  /** Runs `parse` in a scope of its own; an isolated one sees nothing from outside. */
  within<T>(isolated: boolean, parse: () => T): T {
    if (isolated) {
      this.#outer.push({ names: this.#names, regions: this.#regions });
      this.#names = new Map();
      this.#regions = [];
    }
    this.#regions.push([]);
    try {
      return parse();
    } finally {
      for (const name of this.#regions.pop()!) this.#names.delete(name);
      const outer = isolated ? this.#outer.pop() : undefined;
      if (outer !== undefined) {
        this.#names = outer.names;
        this.#regions = outer.regions;
      }
    }
  }
}
