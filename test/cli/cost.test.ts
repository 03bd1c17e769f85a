import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { griffin, griffinJson, temporaryFolder } from "./griffin.js";

/** As libtpu writes it: a loop of 8 turns over a fusion, after a copy on to the chip. */
const HLO = `HloModule loop, is_scheduled=true

%square (x: f32[1000]) -> f32[1000] {
  %x = f32[1000]{0:S(1)} parameter(0)
  ROOT %m = f32[1000]{0:S(1)} multiply(%x, %x), metadata={op_name="layers.0/mlp/square"}
}

%body (p: (s32[], f32[1000])) -> (s32[], f32[1000]) {
  %p = (s32[], f32[1000]{0:S(1)}) parameter(0)
  %i = s32[] get-tuple-element(%p), index=0
  %a = f32[1000]{0:S(1)} get-tuple-element(%p), index=1
  %one = s32[] constant(1)
  %next = s32[] add(%i, %one)
  %f = f32[1000]{0:S(1)} fusion(%a), kind=kLoop, calls=%square, backend_config={"window_config":{"estimated_cycles":"1500"}}
  ROOT %t = (s32[], f32[1000]{0:S(1)}) tuple(%next, %f)
}

%condition (q: (s32[], f32[1000])) -> pred[] {
  %q = (s32[], f32[1000]{0:S(1)}) parameter(0)
  %j = s32[] get-tuple-element(%q), index=0
  %limit = s32[] constant(8)
  ROOT %go = pred[] compare(%j, %limit), direction=LT
}

ENTRY %main (w: f32[1000]) -> f32[1000] {
  %w = f32[1000]{0} parameter(0)
  %zero = s32[] constant(0)
  %c = (f32[1000]{0:S(1)}, f32[1000]{0}, u32[]{:S(2)}) copy-start(%w)
  %d = f32[1000]{0:S(1)} copy-done(%c)
  %init = (s32[], f32[1000]{0:S(1)}) tuple(%zero, %d)
  %loop = (s32[], f32[1000]{0:S(1)}) while(%init), condition=%condition, body=%body
  %e = f32[1000]{0:S(1)} get-tuple-element(%loop), index=1
  ROOT %out = f32[1000]{0} copy(%e), metadata={op_name="store"}
}
`;

async function hloFile(text = HLO): Promise<string> {
  const file = join(await temporaryFolder(), "loop.txt");
  await writeFile(file, text);
  return file;
}

test("cost of HLO text: totals against the chip, by scope, the costliest instructions; loops by their turns", async () => {
  const { exitCode, stdout, stderr } = await griffin([
    "cost",
    await hloFile(),
    "--chip",
    "v5e",
    "--top",
    "3",
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toBe(`loop for v5e: 5 instructions
cycles             12.0 k   8.0 us
HBM                8.2 kB  10.0 ns
products           0 flop
on chip           72.0 kB
at least  bound by cycles   8.0 us

! 3 instructions have no estimate of cycles; they move 4.2 kB of HBM

                       time   share  cycles     HBM  on chip  flop  instructions
layers.*/mlp/square  8.0 us  99.9 %  12.0 k  4.0 kB  68.0 kB                   2
store                4.9 ns   0.1 %          4.0 kB   4.0 kB                   1
(not named)          0.2 ns   0.0 %           177 B                            2

costliest              times  cycles     HBM  on chip  flop  from
f          fusion          8  12.0 k          64.0 kB        layers.0/mlp/square
c          copy-start      1          4.0 kB   4.0 kB        layers.0/mlp/square
out        copy            1          4.0 kB   4.0 kB        store`);
});

test("cost of each layer by itself, to a depth, as numbers too", async () => {
  const args = ["cost", await hloFile(), "--chip", "v5e", "--top", "0", "--by", "layer", "--depth", "1"];
  expect((await griffin(args)).stdout).toMatch(/^layers\.0 +8\.0 us +99\.9 % +12\.0 k/m);
  const { groups } = (await griffinJson(args)) as { readonly groups: readonly unknown[] };
  expect(groups[0]).toEqual({
    name: "layers.0",
    instructions: 2,
    read: { hbm: 4000, chip: 32_000, host: 0 },
    written: { hbm: 0, chip: 36_000, host: 0 },
    flops: 0,
    cycles: 12_000,
    unestimated: { instructions: 0, hbmBytes: 0 },
    time: { seconds: 8e-6, bound: "cycles", cycles: 8e-6, hbm: 4000 / 819e9, flops: 0 },
    share: expect.closeTo(8e-6 / (8e-6 + (8000 + 177 - 4000) / 819e9), 9),
  });
});

test("cost by op, from stdin, without a chip: no times, and how to get them", async () => {
  const { exitCode, stdout } = await griffin(["cost", "-", "--by", "op", "--top", "0"], { input: HLO });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("! no chip is known: --chip v5e gives times");
  expect(stdout).not.toContain("at least");
  expect(stdout).not.toContain("costliest");
  expect(stdout).toMatch(/^fusion +100\.0 % +12\.0 k +64\.0 kB +1$/m);
});

test("cost --json: everything that is printed, as numbers", async () => {
  expect(await griffinJson(["cost", await hloFile(), "--chip", "v5e", "--by", "none", "--top", "1"])).toEqual(
    {
      program: "loop",
      chip: {
        name: "v5e",
        flopsPerSecond: 197e12,
        bytesPerSecond: 819e9,
        memory: 16 * 2 ** 30,
        clock: 1.5e9,
        devices: 1,
        source: "Cloud TPU documentation, TPU v5e",
      },
      total: {
        instructions: 5,
        read: { hbm: 4000 + 9 * 8 + 8 * 8, chip: 9 * 4000, host: 0 },
        written: { hbm: 4000 + 9 + 8 * 4, chip: 9 * 4000, host: 0 },
        flops: 0,
        cycles: 12_000,
        unestimated: { instructions: 3, hbmBytes: 4000 + 9 * 9 + 8 * 12 },
      },
      time: { seconds: 8e-6, bound: "cycles", cycles: 8e-6, hbm: (8000 + 81 + 96) / 819e9, flops: 0 },
      groups: [],
      top: [
        {
          name: "f",
          opcode: "fusion",
          path: "layers.0/mlp/square",
          times: 8,
          read: { hbm: 0, chip: 32_000, host: 0 },
          written: { hbm: 0, chip: 32_000, host: 0 },
          flops: 0,
          cycles: 12_000,
          asynchronous: false,
        },
      ],
      unknownLoops: [],
      conditionals: [],
    },
  );
});

test("a loop whose turns are not known is counted once and said so", async () => {
  const { stdout } = await griffin(["cost", await hloFile(HLO.replace("constant(8)", "negate(%j)"))]);
  expect(stdout).toContain("! counted as one turn, their turns are not known: loop\n");
  expect(stdout).toMatch(/^cycles +1\.50 k$/m);
});

test.each([
  [
    "neither a file nor a model",
    [],
    2,
    "usage error: nothing to look at\n  expected: one of FILE, --model DIR, --preset NAME\n  hint:     griffin cost --preset recurrentgemma-2b --program decode",
  ],
  [
    "both",
    ["x.mlir", "--preset", "tiny"],
    2,
    "usage error: a file and a model are both given\n  expected: one of FILE, --model DIR, --preset NAME",
  ],
  [
    "an unknown grouping",
    ["x.mlir", "--by", "scop"],
    2,
    "usage error: --by is not valid\n  expected: scope, layer, op, none\n  got:      scop\n  hint:     did you mean scope?",
  ],
  ["a file that is not there", ["gone.mlir"], 3, "environment error: cannot read gone.mlir"],
  [
    "an unknown target",
    ["--preset", "tiny", "--target", "tpuu"],
    2,
    'usage error: there is no target "tpuu"\n  hint:     did you mean tpu?',
  ],
])("cost of %s is refused", async (_what, args, exitCode, message) => {
  const outcome = await griffin(["cost", ...args]);
  expect(outcome.exitCode).toBe(exitCode);
  expect(outcome.stderr).toContain(message);
});

test("a chip that is not known is refused with those that are", async () => {
  const { exitCode, stderr } = await griffin(["cost", await hloFile(), "--chip", "v5"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^usage error: the figures of chip "v5" are not known\n {2}expected: v4, v5e, v5p, v6e\n/,
  );
});

test("bytes that are no program are refused", async () => {
  const file = join(await temporaryFolder(), "weights.bin");
  await writeFile(file, Buffer.from([0, 1, 2, 3, 255, 254]));
  const { exitCode, stderr } = await griffin(["cost", file]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `HLO error: ${file} is no program\n  expected: StableHLO text or a portable artifact, HLO text, or an HLO module in protobuf`,
  );
});

test("StableHLO that compilers are known to abort on is refused before they see it", async () => {
  const file = join(await temporaryFolder(), "dynamic.mlir");
  await writeFile(file, "func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }");
  const { exitCode, stderr } = await griffin(["cost", file]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("argument #0 of @main has the unbounded type tensor<?xf32>");
});
