/** @file For tests: which programs are compiled, as texts. */
import type { LoweredProgram } from "../../src/engine/index.js";
import { printModule } from "../../src/ir/text/index.js";
import { CompileCache } from "../../src/runtime-pjrt/index.js";

/** A compile cache that notes the texts of what it is asked for. */
export class RecordingCache extends CompileCache {
  readonly texts = new Set<string>();

  override compile(...[client, request, wait]: Parameters<CompileCache["compile"]>) {
    this.texts.add(String(request.program));
    return super.compile(client, request, wait);
  }
}

/** The texts of programs and of their preparations, in order, each once. */
export const textsOf = (programs: readonly LoweredProgram[]): readonly string[] =>
  [
    ...new Set(
      programs
        .flatMap((program) => [program, ...program.preparations])
        .map(({ module }) => printModule(module)),
    ),
  ].sort();
