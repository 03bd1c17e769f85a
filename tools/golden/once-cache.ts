/** @file A compile cache whose users in one process do not compile the same program at the same time. */
import { CompileCache } from "../../src/runtime-pjrt/index.js";

/** One who asks for a program that is being compiled waits for it, and takes it from the cache. */
export class OnceCache extends CompileCache {
  readonly #last = new Map<string, Promise<unknown>>();

  override async compile(...[client, request, options]: Parameters<CompileCache["compile"]>) {
    const text = String(request.program);
    const before = this.#last.get(text) ?? Promise.resolve();
    const compiled = before.catch(() => undefined).then(() => super.compile(client, request, options));
    this.#last.set(text, compiled);
    try {
      return await compiled;
    } finally {
      if (this.#last.get(text) === compiled) this.#last.delete(text);
    }
  }
}
