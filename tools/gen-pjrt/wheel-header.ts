/** @file The 0.81 header that ships in the xla-cpu-pjrt wheel: an independent witness of the committed layouts. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadWheel } from "../../src/runtime-pjrt/install/pip.js";
import { PLUGIN_WHEELS } from "../../src/runtime-pjrt/install/wheels.js";
import { extractMember } from "../../src/runtime-pjrt/install/zip.js";

const MEMBER = "xla_plugins/xla_cpu_pjrt/include/pjrt_c_api.h";

/** Downloads the wheel and gives the path of its header, in a new folder below the system's temporary one. */
export async function fetchWheelHeader(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pjrt-header-"));
  const wheel = await downloadWheel(PLUGIN_WHEELS["xla-cpu-pjrt"], folder, () => undefined);
  const header = join(folder, "pjrt_c_api.h");
  await extractMember(wheel, MEMBER, header);
  return header;
}
