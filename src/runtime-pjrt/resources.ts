/** @file Who owns what a plugin handed out: every native object is counted, freed once, and closed with its client. */
import { HandleClosedError } from "./errors.js";

/** Kinds of native objects that are counted. */
export type ResourceKind = "buffer" | "executable" | "topology" | "event" | "transfer" | "profiler";

const withArticle = (kind: ResourceKind): string => `${/^[ae]/.test(kind) ? "an" : "a"} ${kind}`;

/** What is alive in a client: objects by kind, host bytes pinned by transfers in flight. */
export type ResourceCounts = Readonly<Record<ResourceKind, number>> & { readonly pinnedBytes: number };

/** A native object: its pointer, how to destroy it, and whether that has happened. */
export class Resource {
  #state: "live" | "donated" | "closed" = "live";

  constructor(
    readonly table: ResourceTable,
    readonly kind: ResourceKind,
    readonly pointer: bigint,
    readonly destroy: (pointer: bigint) => void,
    readonly createdAt?: string,
  ) {}

  get state(): "live" | "donated" | "closed" {
    return this.#state;
  }

  /**
   * The pointer, for a call.
   * @throws HandleClosedError if the object was closed or donated, or its client closed
   */
  use(what: string): bigint {
    if (this.#state === "live") return this.pointer;
    throw new HandleClosedError({
      message: `${what} of ${withArticle(this.kind)} that is ${this.#state}`,
      hint:
        this.#state === "donated"
          ? "a program took its memory (its signature says donated); use that program's results instead"
          : "it was closed, or its client was",
    });
  }

  /** Destroys the object unless that has happened. A program that still runs keeps what it needs. */
  release(state: "donated" | "closed" = "closed"): void {
    if (this.#state !== "live") return;
    this.#state = state;
    this.table.remove(this);
    this.destroy(this.pointer);
  }
}

/** The native objects of one client (or of a plugin, for topologies). */
export class ResourceTable {
  readonly #live = new Set<Resource>();
  readonly #counts: Record<ResourceKind, number> = {
    buffer: 0,
    executable: 0,
    topology: 0,
    event: 0,
    transfer: 0,
    profiler: 0,
  };
  #pinnedBytes = 0;

  /** Counts a new object, and frees it, with a warning, if `handle` is forgotten. */
  add(handle: object, kind: ResourceKind, pointer: bigint, destroy: (pointer: bigint) => void): Resource {
    const createdAt = traceCreation ? new Error(`${withArticle(kind)} was created here`).stack : undefined;
    const resource = new Resource(this, kind, pointer, destroy, createdAt);
    this.#live.add(resource);
    this.#counts[kind]++;
    forgotten.register(handle, resource, resource);
    return resource;
  }

  /** Takes a released object off the books. */
  remove(resource: Resource): void {
    this.#live.delete(resource);
    this.#counts[resource.kind]--;
    forgotten.unregister(resource);
  }

  /** Counts events, which the event pump owns, and the host memory they pin. */
  count(kind: ResourceKind, change: 1 | -1, pinnedBytes = 0): void {
    this.#counts[kind] += change;
    this.#pinnedBytes += change * pinnedBytes;
  }

  counts(): ResourceCounts {
    return { ...this.#counts, pinnedBytes: this.#pinnedBytes };
  }

  /** Closes all that is alive, the newest first. */
  releaseAll(): void {
    for (const resource of [...this.#live].reverse()) resource.release();
  }
}

/** With STABLEGRIFFIN_TRACE_HANDLES=1 a forgotten handle's warning tells where it was made. */
const traceCreation = process.env.STABLEGRIFFIN_TRACE_HANDLES === "1";

const forgotten = new FinalizationRegistry<Resource>((resource) => {
  if (resource.state !== "live") return;
  if (leaked.length === 0) setImmediate(reportLeaks);
  leaked.push(resource);
  resource.release();
});

/** Objects that were forgotten since the last report. */
const leaked: Resource[] = [];

function reportLeaks(): void {
  for (const kind of new Set(leaked.map((resource) => resource.kind))) {
    const same = leaked.filter((resource) => resource.kind === kind);
    const what = same.length === 1 ? `${withArticle(kind)} was` : `${same.length} ${kind}s were`;
    process.emitWarning(`${what} never closed; freed now`, {
      type: "PjrtHandleLeak",
      detail: same[0]!.createdAt ?? "set STABLEGRIFFIN_TRACE_HANDLES=1 to see where",
    });
  }
  leaked.length = 0;
}
