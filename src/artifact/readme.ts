/** @file README.md of an artifact: what it is, and how to run it with us, with JAX and with IREE. */
import type { Manifest, WeightsIndex } from "./manifest.js";

export const artifactReadme = (manifest: Omit<Manifest, "files">, _index: WeightsIndex): string =>
  `# ${manifest.name}\n`;
