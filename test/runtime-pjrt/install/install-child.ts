/** @file Run by the install tests in a process of its own, to be killed: installs a package and prints the path. */
import { installPlugin } from "../../../src/runtime-pjrt/index.js";

console.log(await installPlugin(process.argv[2]!));
