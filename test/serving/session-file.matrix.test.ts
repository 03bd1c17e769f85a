import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ProgramSet, restoreSession, saveSession, Session } from "../../src/serving/index.js";
import { sharedFolder } from "../artifact/exported.js";
import { useCpu } from "../dsl/cpu.js";
import { loadTiny, tinyHawk } from "../engine/tiny.js";
import { errorText } from "../weights/files.js";
import { useSessionModels } from "./session-models.js";

const cpu = useCpu();
const models = useSessionModels(cpu);
const folder = await sharedFolder();

describe("a file that is no session of the model", () => {
  const path = join(folder, "bad.session");
  const refused = async (model: ProgramSet): Promise<string> =>
    (await errorText(() => restoreSession(model, path))).replaceAll(folder, "FOLDER");

  it("is of another model", async () => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    await saveSession(session, path);
    using other = await loadTiny(cpu.client, {}, tinyHawk);
    expect(await refused(other)).toBe(
      [
        "session error: model: the session is of another model: other weights, or another configuration",
        `  expected: ${await other.identity()}`,
        `  got:      ${await models.griffin.identity()}`,
        "  at:       FOLDER/bad.session",
        "  hint:     load the model that it was saved with, with the same capacity, or read the text again",
      ].join("\n"),
    );
    using half = await loadTiny(cpu.client, { dtype: "bf16" });
    expect(await refused(half)).toBe(
      [
        "session error: dtype: the session was computed in another type",
        "  expected: bf16",
        "  got:      f32",
        "  at:       FOLDER/bad.session",
        "  hint:     load the model with dtype f32",
      ].join("\n"),
    );
  });

  /** A stored session, with its bytes changed. */
  const spoilt = async (change: (bytes: Buffer) => Buffer): Promise<string> => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    await saveSession(session, path);
    await writeFile(path, change(await readFile(path)));
    return await refused(models.griffin);
  };
  /** Another text in the header, whose length stands in front of it. */
  const replaced = (from: string, to: string) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes.toString("latin1").replace(from, to), "latin1");
    changed.writeBigUInt64LE(bytes.readBigUInt64LE() + BigInt(changed.length - bytes.length));
    return changed;
  };

  it("is cut off", async () => {
    expect(await spoilt((bytes) => bytes.subarray(0, bytes.length - 3))).toMatch(
      /^session error: file size: the file is cut off\n {2}expected: (\d+) bytes\n {2}got: {6}\d+ bytes\n {2}at: {7}FOLDER\/bad.session\n/,
    );
    expect(await spoilt((bytes) => bytes.subarray(0, 5))).toContain("got:      5 bytes");
  });

  it("was changed", async () => {
    const text = await spoilt((bytes) => {
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    });
    const expected =
      /^session error: states: the file was changed after it was written\n {2}expected: SHA-256 [0-9a-f]{64}\n {2}got: {6}[0-9a-f]{64}\n {2}at: .*\n {2}hint: {5}read the text again$/;
    expect(text).toMatch(expected);
    // Where the text stands is part of what is computed with.
    expect(await spoilt(replaced('"lengths":"[1]"', '"lengths":"[7]"'))).toMatch(expected);
  });

  it.each([
    [
      "is of another version",
      '"version":"1"',
      '"version":"9"',
      [
        "session error: version: another version of the form",
        "  expected: 1",
        "  got:      9",
        "  at:       FOLDER/bad.session",
        "  hint:     read the text again, or use the release that wrote the file",
      ],
    ],
    [
      "is something else",
      "stablegriffin session",
      "stablegriffin_session",
      [
        "session error: format: this is no session",
        '  expected: "stablegriffin session"',
        '  got:      "stablegriffin_session"',
        "  at:       FOLDER/bad.session",
        "  hint:     griffin chat writes sessions by /save, the API by saveSession",
      ],
    ],
    [
      "has a state of another name",
      '"num_tokens"',
      '"mum_tokens"',
      [
        "session error: 2 problems in FOLDER/bad.session",
        "              problem                expected",
        "  num_tokens  missing                i32 [1]",
        "  mum_tokens  no state of the model",
      ],
    ],
    [
      "says more rows than it holds",
      '"lengths":"[1]","',
      '"lengths":"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]","',
      [
        "session error: lengths: no state has as many rows as there are lengths",
        "  got:      19",
        "  at:       FOLDER/bad.session",
      ],
    ],
    [
      "says a length that is no position",
      '"lengths":"[1]"',
      '"lengths":"[2147483648]"',
      [
        "session error: lengths: not a list of numbers of tokens",
        "  got:      [2147483648]",
        "  at:       FOLDER/bad.session",
      ],
    ],
    [
      "says no lengths",
      '"lengths":"[1]"',
      '"lengths":"[x]"',
      [
        "session error: lengths: not a list of numbers of tokens",
        "  got:      [x]",
        "  at:       FOLDER/bad.session",
      ],
    ],
  ])("%s", async (_, from, to, lines) => {
    expect((await spoilt(replaced(from, to))).split("\n").map((line) => line.trimEnd())).toEqual(lines);
  });
});
