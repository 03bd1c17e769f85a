/** @file Installs the plugin that is named and prints its path; tells how far it is on stderr. The built code: it loads at once. */
import { installPlugin } from "../../../dist/src/runtime-pjrt/index.js";

const onProgress = ({ phase, bytes, totalBytes }) => console.error(`${phase} ${bytes / totalBytes}`);
console.log(await installPlugin(process.argv[2], { onProgress }));
