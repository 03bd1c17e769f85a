/** @file How much memory a process holds. */
import { readFile } from "node:fs/promises";

/** Resident memory of a process in bytes; 0 when there is no such process any more. */
export const residentBytes: (pid: number) => Promise<number> =
  process.platform === "linux" ? residentOnLinux : residentByPs;

async function residentOnLinux(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

async function residentByPs(pid: number): Promise<number> {
  // Loaded where it is needed: most systems are not asked this way.
  const { execa } = await import("execa");
  const { stdout } = await execa("ps", ["-o", "rss=", "-p", `${pid}`], { reject: false });
  return Number(stdout) * 1024;
}
