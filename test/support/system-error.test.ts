import { describe, expect, it } from "vitest";
import { systemError } from "../../src/support/system-error.js";

const refused = (code: string, syscall: string, message: string): Error =>
  Object.assign(new Error(message), { code, syscall, errno: -1 });

describe("an error of a system call that nobody took", () => {
  it("is one of the environment, with the system's words and what to do", () => {
    const error = systemError(refused("EMFILE", "open", "EMFILE: too many open files, open 'a.js'"));
    expect(error).toMatchObject({ kind: "environment error", exitCode: 3 });
    expect(error?.message).toBe(
      [
        "environment error: the system refuses something",
        "  EMFILE: too many open files, open 'a.js'",
        "  hint:     ulimit -n allows a process more open files",
      ].join("\n"),
    );
  });

  it("says that the folder is gone where the current one is", () => {
    expect(systemError(refused("ENOENT", "uv_cwd", "ENOENT: uv_cwd"))?.details.hint).toBe(
      "the folder that this was started in is gone: change to another",
    );
  });

  it("is no other", () => {
    const others = [
      new Error("EMFILE"),
      refused("ERR_X", "open", "x"),
      Object.assign(new Error(), { code: "EIO" }),
    ];
    expect([...others, "EMFILE", undefined].map(systemError)).toEqual(
      others.map(() => undefined).concat([undefined, undefined]),
    );
  });
});
