/**
 * @file Which process holds something, told from all others: a process id alone means nothing on another machine, in another container, or
 * after its process has ended.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "./hash.js";

/** Who a process is, as its files carry it in their names: a name is there at once, and whole. */
export interface Holder {
  /** Of the machine, its boot and its namespace of process ids, hexadecimal. */
  readonly machine: string;
  readonly pid: number;
  /** When it started, in the system's ticks since the boot; 0 where the system does not say. */
  readonly started: number;
}

const FORM = /^([0-9a-f]{16})-(\d+)-(\d+)$/;

export const formatHolder = ({ machine, pid, started }: Holder): string => `${machine}-${pid}-${started}`;

/** Undefined for what is none. */
export function parseHolder(text: string): Holder | undefined {
  const [, machine, pid, started] = FORM.exec(text) ?? [];
  return machine === undefined ? undefined : { machine, pid: Number(pid), started: Number(started) };
}

const orEmpty = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return "";
  }
};

/** The state and the start of a process as Linux tells them; the name before them may hold anything. */
function processStat(pid: number): { readonly state: string; readonly started: number } | undefined {
  const text = orEmpty(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const [state, ...fields] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const started = Number(fields[18]);
  return state === undefined || Number.isNaN(started) ? undefined : { state, started };
}

let own: Holder | undefined;

/** This process. */
export function thisHolder(): Holder {
  own ??= {
    machine: sha256(
      JSON.stringify([
        hostname(),
        orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")),
        orEmpty(() => readlinkSync("/proc/self/ns/pid")),
      ]),
    ).slice(0, 16),
    pid: process.pid,
    started: processStat(process.pid)?.started ?? 0,
  };
  return own;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process lives; undefined where this one cannot know, as of other machines and namespaces. */
export function lives(holder: Holder): boolean | undefined {
  const { machine, started } = thisHolder();
  if (holder.machine !== machine || holder.started === 0 || started === 0) return undefined;
  if (!isThere(holder.pid)) return false;
  const found = processStat(holder.pid);
  if (found === undefined) return undefined;
  return found.started === holder.started && found.state !== "Z";
}
