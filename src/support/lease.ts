/** @file A folder is held as long as a file in it is renewed: so that it is let go when its holder is gone, on whichever machine. */
import { open, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Holder, lives } from "./holder.js";

const LEASE_FILE = "lease";

/** A lease is renewed this often, and holds this long after it was, ms: a machine that is very busy misses many before it loses one. */
const RENEW_MS = 10_000;
export const LEASE_MS = 5 * 60_000;

/** A folder that this process holds. */
export interface Lease {
  /** When it was taken, by the clock of the file system, ms since 1970: clocks of machines differ. */
  readonly takenAt: number;
  /** Whether the file is still there: work that is taken for abandoned loses it. */
  isHeld(): Promise<boolean>;
  /** Renews it no more. */
  release(): Promise<void>;
}

/** Takes a folder that this process has just made. @throws what the file system says */
export async function takeLease(folder: string): Promise<Lease> {
  const path = join(folder, LEASE_FILE);
  await writeFile(path, "held", { flag: "wx" });
  const { mtimeMs } = await stat(path);
  // Written anew and not only touched: the time is the file system's then, not this machine's.
  const renew = async () => {
    const file = await open(path, "r+");
    await file.write("held", 0).finally(() => file.close());
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
export async function isAbandoned(folder: string, holder: Holder, now: number): Promise<boolean> {
  const isAlive = lives(holder);
  if (isAlive !== undefined) return !isAlive;
  const renewed = await stat(join(folder, LEASE_FILE))
    .catch(() => stat(folder))
    .catch(() => undefined);
  return renewed !== undefined && now - renewed.mtimeMs > LEASE_MS;
}
