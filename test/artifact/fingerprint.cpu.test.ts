import { describe, expect, it } from "vitest";
import { type Fingerprint, fingerprintDifferences, fingerprintOf } from "../../src/artifact/index.js";
import { useCpu } from "../dsl/cpu.js";

const cpu = useCpu();

const stored: Fingerprint = {
  plugin: "a".repeat(64),
  api: "0.106",
  platform: "cpu",
  platformVersion: "1",
  deviceKind: "cpu",
  processor: "x64 Some CPU avx avx2 fma",
};

describe("fingerprintDifferences", () => {
  it("finds none between equal fingerprints", () => {
    expect(fingerprintDifferences(stored, { ...stored })).toEqual([]);
  });

  it("names every field that differs, what is here first", () => {
    const here: Fingerprint = {
      ...{ plugin: "b".repeat(64), api: "0.114", platform: "tpu", platformVersion: "2" },
      ...{ deviceKind: "TPU v4", processor: "" },
    };
    expect(fingerprintDifferences(stored, here)).toEqual([
      "another plugin: bbbbbbbbbbbb here, made for aaaaaaaaaaaa",
      "another version of the PJRT C API: 0.114 here, made for 0.106",
      "another platform: tpu here, made for cpu",
      "another version of the platform: 2 here, made for 1",
      "another kind of device: TPU v4 here, made for cpu",
      "another processor: lacks x64 Some CPU avx avx2 fma",
    ]);
  });

  it.each([
    ["x64 Some CPU avx avx2", "another processor: lacks fma"],
    ["x64 Some CPU avx avx2 fma avx512f", "another processor: has avx512f"],
    ["x64 Other CPU avx avx2 fma sse", "another processor: lacks Some, has Other sse"],
  ])("says which features of a processor differ: %s", (processor, difference) => {
    expect(fingerprintDifferences(stored, { ...stored, processor })).toEqual([difference]);
  });
});

describe("fingerprintOf", () => {
  it("is the same each time, and says what this client is", async () => {
    const fingerprint = await fingerprintOf(cpu.client);
    const { major, minor } = cpu.client.plugin.apiVersion;
    expect(fingerprint).toEqual({
      plugin: expect.stringMatching(/^[0-9a-f]{64}$/),
      api: `${major}.${minor}`,
      platform: "cpu",
      platformVersion: cpu.client.platformVersion,
      deviceKind: "cpu",
      processor: expect.stringMatching(new RegExp(`^${process.arch} `)),
    });
    expect(await fingerprintOf(cpu.client)).toEqual(fingerprint);
  });
});
