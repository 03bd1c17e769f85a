/** @file A process that checks golden cases, and may die of one: the checks that it had are failed, not the tier. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Environment } from "../../src/support/environment.js";
import { Limiter } from "../../src/runtime-pjrt/limiter.js";
import { packageFile } from "../../src/support/package.js";
import type { Check, Complaints, Place, Reply, Request } from "./messages.js";

/** Dispose of it when its checks are done. */
export class CheckingProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly #ready: Promise<string>;
  readonly #limiter: Limiter;
  readonly #asked = new Map<number, (complaints: Complaints) => void>();
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
        this.#asked.get(reply.id)!(reply.complaints);
      }),
    );
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

  /** Runs a check when its turn has come. */
  async check(check: Check): Promise<Complaints> {
    await this.#limiter.take();
    const id = this.#count++;
    try {
      const answer = new Promise<Complaints>((resolve) => this.#asked.set(id, resolve));
      const request: Request = { id, ...check };
      // A process that ended meanwhile takes no message: its end is the answer.
      this.#child.send(request, () => undefined);
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
