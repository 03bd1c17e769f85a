/** @file Run by the TPU tests in a process of its own: asks for a client, and prints the error. */
import { installPlugin, Plugin } from "../../src/runtime-pjrt/index.js";

const plugin = await Plugin.load(await installPlugin("tpu"));
await plugin.createClient().catch((error: unknown) => console.log((error as Error).message));
