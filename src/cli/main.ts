#!/usr/bin/env node
/** @file The command `griffin`. Source maps go first: they are read when modules load, and errors show the author's TypeScript. */
process.setSourceMapsEnabled(true);
const { runCommandLine } = await import("./command-line.js");
await runCommandLine(process.argv);
