/**
 * @file Lowers and checks golden cases in a process of its own: how XLA's CPU compiler compiles is decided once in a process. It is told by its
 * argument, `Place` as JSON, where it does; by messages, what; and says by messages what it found. It ends when its parent disconnects.
 */
import { Plugin } from "../../src/runtime-pjrt/index.js";
import { remember } from "../../src/support/remember.js";
import { type Case, openNumbers } from "./cases.js";
import { fingerprint } from "./fingerprint.js";
import {
  type Check,
  complaintsOf,
  type Complaints,
  type Place,
  type Reply,
  type Request,
} from "./messages.js";
import { OnceCache } from "./once-cache.js";
import { wayCalled } from "./ways.js";

const { plugin, cache: folder } = JSON.parse(process.argv[2]!) as Place;
const say = (reply: Reply): void => void process.send!(reply);

await using client = await (await Plugin.load(plugin)).createClient({ keepFreedMemory: true });
const cache = new OnceCache({ folder });
const opened = new Map<string, Promise<Case>>();
/** Checks that are lowered, until it is said whether they are run. */
const undecided = new Map<number, (run: boolean) => void>();

/** What a check complains of; undefined for one that is not run. */
async function check(id: number, { numbers, way, dtype }: Check): Promise<Complaints | undefined> {
  const one = await remember(opened, numbers, () => openNumbers(numbers));
  const options = { ...wayCalled(way), dtype, cache };
  const { programs, complaints } = one.lower(client, options);
  const decided = new Promise<boolean>((resolve) => undecided.set(id, resolve));
  say({ kind: "lowered", id, fingerprint: fingerprint(programs, `${numbers} ${dtype} ${options.chunk}`) });
  return (await decided) ? complaints() : undefined;
}

const checks = new Set<Promise<void>>();
function decide(id: number, run: boolean): void {
  undecided.get(id)!(run);
  undecided.delete(id);
}

process.on("message", (request: Request) => {
  const { id } = request;
  if (request.kind === "decide") return decide(id, request.run);
  const told = check(id, request)
    .catch(complaintsOf)
    .then((complaints) => complaints && say({ kind: "verdict", id, complaints }))
    .finally(() => checks.delete(told));
  checks.add(told);
});
const disconnected = new Promise((resolve) => process.once("disconnect", resolve));
say({ kind: "ready", platform: client.platformName });
await disconnected;
await Promise.all(checks);
