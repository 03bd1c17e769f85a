/** Files of jax.export.Exported are known by what is in them, and the way to their program is said. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { artifactInExported } from "../../src/engine/jax-exported.js";
import { serializePortable } from "../../src/ir/bytecode/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { griffin, temporaryFolder } from "../cli/griffin.js";

const artifact = serializePortable(parseModule("func.func @main() {\n  return\n}"));

/** A flatbuffer of one table with three fields: absent, a number, and a list of these bytes. */
function flatbuffer(list: Uint8Array): Uint8Array {
  const header = Buffer.alloc(36);
  header.writeUInt32LE(16, 0);
  for (const [i, value] of [10, 12, 0, 4, 8].entries()) header.writeUInt16LE(value, 4 + 2 * i);
  header.writeInt32LE(16 - 4, 16);
  header.writeUInt32LE(7, 20);
  header.writeUInt32LE(8, 24);
  header.writeUInt32LE(list.length, 32);
  return Buffer.concat([header, list]);
}

describe("the artifact inside", () => {
  test("is the field that begins like one", () => {
    expect(artifactInExported(flatbuffer(artifact))).toEqual({ at: 36, length: artifact.length });
  });

  test.each([
    ["an artifact itself", artifact],
    ["a flatbuffer of something else", flatbuffer(Uint8Array.of(1, 2, 3, 4))],
    ["a flatbuffer that ends early", flatbuffer(artifact).subarray(0, 60)],
    [
      "a flatbuffer with half a field in its table",
      Uint8Array.of(4, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff, 5, 0, 0, 0, 0),
    ],
    ["text", Buffer.from("module {}\n")],
    ["nothing", new Uint8Array(0)],
  ])("is in no other bytes: %s", (_, bytes) => {
    expect(artifactInExported(bytes)).toBeUndefined();
  });
});

test.each(["inspect", "opt", "run", "cost"])(
  "griffin %s says what the file is and how to get its program",
  async (command) => {
    const file = join(await temporaryFolder(), "exported.bin");
    await writeFile(file, flatbuffer(artifact));
    const { exitCode, stderr } = await griffin([command, file]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      [
        `usage error: ${file} is a jax.export.Exported, whose program is only a part of it`,
        "  expected: StableHLO text, or a portable artifact",
        `  got:      a flatbuffer of ${artifact.length + 36} bytes with a StableHLO artifact of ${artifact.length} bytes inside, at byte 36`,
        `  hint:     write what is inside to a file, in Python: jax.export.deserialize(bytearray(open("${file}", "rb").read())).mlir_module_serialized`,
      ].join("\n"),
    );
  },
);
