/**
 * @file Checks golden cases in a process of its own: how XLA's CPU compiler compiles is decided once in a process. It is told by its argument,
 * `Place` as JSON, where it does; by messages, what; and says by messages what it found. It ends when its parent disconnects.
 */
import { CompileCache, Plugin } from "../../src/runtime-pjrt/index.js";
import { remember } from "../../src/support/remember.js";
import { type Case, openNumbers } from "./cases.js";
import {
  type Check,
  complaintsOf,
  type Complaints,
  type Place,
  type Reply,
  type Request,
} from "./messages.js";
import { wayCalled } from "./ways.js";

const { plugin, cache: folder } = JSON.parse(process.argv[2]!) as Place;
const say = (reply: Reply): void => void process.send!(reply);

await using client = await (await Plugin.load(plugin)).createClient({ keepFreedMemory: true });
const cache = new CompileCache({ folder });
const opened = new Map<string, Promise<Case>>();

async function check({ numbers, way, dtype }: Check): Promise<Complaints> {
  const one = await remember(opened, numbers, () => openNumbers(numbers));
  return one.complaints(client, { ...wayCalled(way), dtype, cache });
}

const checks = new Set<Promise<void>>();
process.on("message", ({ id, ...asked }: Request) => {
  const told = check(asked)
    .catch(complaintsOf)
    .then((complaints) => say({ kind: "verdict", id, complaints }))
    .finally(() => checks.delete(told));
  checks.add(told);
});
const disconnected = new Promise((resolve) => process.once("disconnect", resolve));
say({ kind: "ready", platform: client.platformName });
await disconnected;
await Promise.all(checks);
