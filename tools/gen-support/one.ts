/** @file Runs the conformance checks for one package of PLUGIN_WHEELS and prints the report as JSON. A plugin, a process. */
import { installPlugin, runConformance } from "../../src/runtime-pjrt/index.js";

const report = await runConformance(await installPlugin(process.argv[2]!));
console.log(JSON.stringify(report));
