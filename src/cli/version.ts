/** @file griffin version: of this package. */
import { packageVersion } from "../support/package.js";
import type { CommandContext } from "./context.js";
import type { ExitStatus } from "./io.js";

export async function runVersion(
  context: CommandContext,
  { json }: { readonly json?: boolean },
): Promise<ExitStatus> {
  if (json === true) context.printJson({ version: packageVersion });
  else context.print(packageVersion);
  return 0;
}
