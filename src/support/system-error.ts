/** @file What the system refuses, where no caller knew of it: as an error of the environment. */
import { EnvironmentError } from "./errors.js";

/** What to do, by the code of the error. */
const HINTS: Readonly<Record<string, string>> = {
  EMFILE: "ulimit -n allows a process more open files",
  ENFILE: "the whole system has too many open files: end other programs",
  ENOSPC: "make room on the disk, or choose another one",
  EDQUOT: "make room: your quota on the disk is used up",
  EFBIG: "ulimit -f allows longer files",
  ENOMEM: "end other programs, or allow this one more memory (ulimit -v)",
  EAGAIN: "ulimit -u allows more processes",
};

/** An error of a system call in our form; undefined for any other. */
export function systemError(error: unknown): EnvironmentError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  const hint =
    syscall === "uv_cwd" ? "the folder that this was started in is gone: change to another" : HINTS[code];
  return new EnvironmentError({
    message: "the system refuses something",
    details: error.message.split("\n"),
    hint,
    cause: error,
  });
}
