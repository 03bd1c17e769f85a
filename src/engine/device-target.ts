/** @file What a program must keep to so that a client's plugin does not fail, or abort the process, while compiling it. */
import type { Operation } from "../ir/operation.js";
import { verifyForTarget } from "../ir/verify-target.js";
import type { Client } from "../runtime-pjrt/index.js";

const platformOf = (name: string): "cpu" | "cuda" | "tpu" =>
  name === "tpu" ? "tpu" : name === "cpu" ? "cpu" : "cuda";

/** @throws VerifyError for what the client's platform, or the version of StableHLO its plugin reads, cannot take */
export function verifyForClient(module: Operation, client: Client): void {
  const version = client.plugin.stablehloVersions.current?.split(".").map(Number);
  const stablehloVersion = version?.length === 3 ? (version as [number, number, number]) : undefined;
  verifyForTarget(module, {
    platform: platformOf(client.platformName),
    ...(stablehloVersion === undefined ? {} : { stablehloVersion }),
  });
}
