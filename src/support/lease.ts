/** @file Who holds a folder: a file in it that the holder renews, so that it expires when the holder is gone, on whichever machine. */
import { readFileSync, readlinkSync } from "node:fs";
import { open, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const LEASE_FILE = "lease";

/** A lease is renewed this often, and holds this long after it was, ms: a machine that is very busy misses many before it loses one. */
const RENEW_MS = 10_000;
export const LEASE_MS = 5 * 60_000;

/**
 * A process, told from all others: a process id alone means nothing on another machine, in another container, or after its process has
 * ended. Empty where the system does not say.
 */
const holderSchema = z.strictObject({
  host: z.string(),
  /** Id of the machine's boot. */
  boot: z.string(),
  /** The namespace of process ids. */
  namespace: z.string(),
  pid: z.int().positive(),
  /** When it started, in the system's ticks since the boot. */
  started: z.string(),
});

export type Holder = z.output<typeof holderSchema>;

const orEmpty = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return "";
  }
};

/** State and start of a process as Linux tells them; undefined where it does not. The name before them may hold anything. */
function processStat(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = orEmpty(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  return state === undefined || started === undefined ? undefined : { state, started };
}

/** This process. */
export const thisHolder = (): Holder => ({
  host: hostname(),
  boot: orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")),
  namespace: orEmpty(() => readlinkSync("/proc/self/ns/pid")),
  pid: process.pid,
  started: processStat(process.pid)?.started ?? "",
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process lives, where this one can know: on the same machine since the same boot, among the same process ids. */
function lives(holder: Holder): boolean | undefined {
  const own = thisHolder();
  if (own.boot === "" || own.namespace === "") return undefined;
  if (holder.host !== own.host || holder.boot !== own.boot || holder.namespace !== own.namespace)
    return undefined;
  if (!isThere(holder.pid)) return false;
  const found = processStat(holder.pid);
  if (found === undefined) return undefined;
  return found.started === holder.started && found.state !== "Z";
}

/** A folder that this process holds. */
export interface Lease {
  /** When it was taken, by the clock of the file system, ms since 1970: clocks of machines differ. */
  readonly takenAt: number;
  /** Whether the file is still there: one that is taken for abandoned loses it. */
  isHeld(): Promise<boolean>;
  /** Renews it no more. */
  release(): Promise<void>;
}

/** Takes a folder that this process has just made. @throws what the file system says */
export async function takeLease(folder: string): Promise<Lease> {
  const path = join(folder, LEASE_FILE);
  const content = JSON.stringify(thisHolder());
  await writeFile(path, content, { flag: "wx" });
  const { mtimeMs } = await stat(path);
  // Written anew and not only touched: the time is the file system's then, not this machine's.
  const renew = async () => {
    const file = await open(path, "r+");
    await file.write(content, 0).finally(() => file.close());
  };
  const timer = setInterval(() => void renew().catch(() => undefined), RENEW_MS).unref();
  return {
    takenAt: mtimeMs,
    isHeld: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    release: async () => {
      clearInterval(timer);
      await unlink(path).catch(() => undefined);
    },
  };
}

/**
 * Whether nobody holds a folder any more: its holder is known to have ended, or has not renewed its lease for `LEASE_MS`. A folder without
 * a lease is as old as itself. @param now by the clock of the file system, ms since 1970
 */
export async function isAbandoned(folder: string, now: number): Promise<boolean> {
  const path = join(folder, LEASE_FILE);
  const holder = await readHolder(path);
  const living = holder === undefined ? undefined : lives(holder);
  if (living !== undefined) return !living;
  const renewed = await stat(path)
    .catch(() => stat(folder))
    .catch(() => undefined);
  return renewed !== undefined && now - renewed.mtimeMs > LEASE_MS;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
