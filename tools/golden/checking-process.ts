/** @file A process that checks golden cases, and may die of one: the checks that it had are failed, not the tier. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Environment } from "../../src/support/environment.js";
import { Limiter } from "../../src/runtime-pjrt/limiter.js";
import { packageFile } from "../../src/support/package.js";
import type { Check, Complaints, Place, Reply, Request } from "./messages.js";

/** Whether a check is run, by the fingerprint of its programs. */
export type Decide = (fingerprint: string) => boolean;

/** A check that the process has. */
interface Asked {
  readonly decide: Decide;
  readonly resolve: (complaints: Complaints | undefined) => void;
}

/** Dispose of it when its checks are done. */
export class CheckingProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly #ready: Promise<string>;
  readonly #limiter: Limiter;
  readonly #asked = new Map<number, Asked>();
  #count = 0;

  /** @param env variables of the process beside this one's. @param jobs checks at once */
  constructor(place: Place, env: Environment, jobs: number) {
    this.#limiter = new Limiter(jobs);
    const program = packageFile("tools/golden/child.ts");
    this.#child = fork(packageFile("tools/run.mjs"), [program, JSON.stringify(place)], {
      env: { ...process.env, ...env },
    });
    this.#ended = once(this.#child, "exit").then(([code, signal]) => `${signal ?? `exit code ${code}`}`);
    this.#ready = new Promise((resolve) =>
      this.#child.on("message", (reply: Reply) => {
        if (reply.kind === "ready") return resolve(reply.platform);
        this.#take(reply);
      }),
    );
  }

  #take(reply: Exclude<Reply, { readonly kind: "ready" }>): void {
    const { id } = reply;
    const { decide, resolve } = this.#asked.get(id)!;
    if (reply.kind === "verdict") {
      resolve(reply.complaints);
      return;
    }
    const run = decide(reply.fingerprint);
    this.#say({ kind: "decide", id, run });
    if (!run) resolve(undefined);
  }

  /** A process that ended meanwhile takes no message: its end is the answer. */
  #say(request: Request): void {
    this.#child.send(request, () => undefined);
  }

  /** What the client's platform is called, once it is there. @throws Error when the process ends before */
  async platform(): Promise<string> {
    return await Promise.race([
      this.#ready,
      this.#ended.then((how) => {
        throw new Error(`the process that checks cases ended: ${how}`);
      }),
    ]);
  }

  /** Lowers a check when its turn has come, and runs it if `decide` says so: what it complains of; undefined for one that is not run. */
  async check(check: Check, decide: Decide): Promise<Complaints | undefined> {
    await this.#limiter.take();
    const id = this.#count++;
    try {
      const answer = new Promise<Complaints | undefined>((resolve) =>
        this.#asked.set(id, { decide, resolve }),
      );
      this.#say({ kind: "lower", id, ...check });
      const died = this.#ended.then((how) => [
        `the process that checked it, and maybe others, ended: ${how}`,
      ]);
      return await Promise.race([answer, died]);
    } finally {
      this.#asked.delete(id);
      this.#limiter.give();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }
}
