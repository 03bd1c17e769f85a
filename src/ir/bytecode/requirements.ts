/** @file What the operations of a program need of those who read it. */
import type { Operation } from "../operation.js";
import { EntityPool } from "./entity.js";
import { LocationWriter } from "./locations.js";
import { PortableViews, type ProgramForm, refuse, type Requirement } from "./vhlo-view.js";
import type { Writing } from "./types.js";

const noBytes = new Uint8Array();

/** Tells of the operations of one program what each needs. Attributes and types are converted once; constants count by their types. */
export class Requirements {
  /** The operation that is asked about. */
  #current: Operation | undefined;
  readonly #to: Writing = {
    pool: new EntityPool(),
    types: new Map(),
    bytesOf: () => noBytes,
    resourceKey: () => undefined,
    locationOf: (location) => this.#locations.write(location),
    fail: (message, hint) => refuse(this.#current!, message, hint),
  };
  readonly #locations = new LocationWriter(this.#to);
  readonly #views: PortableViews;

  /** @param form how the readers get the program. */
  constructor(form: ProgramForm) {
    this.#views = new PortableViews(this.#to, form);
  }

  /** What one operation needs, its regions not counted. @throws PortabilityError when it has no portable form */
  of(operation: Operation): Requirement {
    this.#current = operation;
    return this.#views.requirement(operation);
  }
}
