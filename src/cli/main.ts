#!/usr/bin/env node
/** @file The command `griffin`. Source maps go first: they are read when modules load, and errors show the author's TypeScript. */
process.setSourceMapsEnabled(true);
const { runCommandLine } = await import("./command-line.js");
const { removeHeld, removeWhenStopped, takeInterrupts } = await import("../support/work-folder.js");
removeWhenStopped();
/** Whether something goes on that only the end of the process ends. */
let leaves = false;
process.exitCode = await runCommandLine(process.argv.slice(2), {
  ...{ stdout: process.stdout, stderr: process.stderr, env: process.env },
  onInterrupt: (listener: () => void) => {
    const giveBack = takeInterrupts();
    const once = () => {
      // After all who listen have heard of this one.
      setImmediate(giveBack);
      listener();
    };
    process.once("SIGINT", once);
    return () => {
      giveBack();
      process.off("SIGINT", once);
    };
  },
  deadlines: {
    watch: async (ms, message) => (await import("../support/watchdog.js")).watch(ms, message),
    leave: () => {
      leaves = true;
    },
  },
  // Opened only when something is read.
  get stdin() {
    return process.stdin;
  },
});
if (leaves) {
  removeHeld();
  process.exit();
}
