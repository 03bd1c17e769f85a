import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { countModule, HloError, moduleFromProto } from "../../src/cost/index.js";
import { HloModuleProtoSchema } from "../../src/runtime-pjrt/proto/hlo_pb.js";
import { errorText } from "./hlo-error.js";

describe("a graph of HLO in protobuf is checked before it is counted", () => {
  /** `parameter(0)` and a call of computation 1, in computation 2 of module `m`. */
  const called = { id: 1n, name: "called", rootId: 3n };
  const parameter = { id: 3n, name: "p", opcode: "parameter" };
  const call = { id: 4n, name: "call", opcode: "call", operandIds: [3n], calledComputationIds: [1n] };
  const moduleOf = (instruction: Partial<typeof call>, inside: object = {}, root = 4n) =>
    create(HloModuleProtoSchema, {
      name: "m",
      entryComputationId: 2n,
      computations: [
        { ...called, instructions: [parameter], ...inside },
        { id: 2n, name: "main", rootId: root, instructions: [parameter, { ...call, ...instruction }] },
      ],
    });

  test("one without faults is counted", () => {
    expect(countModule(moduleFromProto(moduleOf({}))).instructions).toEqual([]);
  });

  test.each([
    [
      "an instruction without a name",
      moduleOf({ name: "" }),
      errorText("instruction without a name", "a name", '""', "main"),
    ],
    [
      "a computation without a name",
      moduleOf({}, { name: "" }),
      errorText("computation without a name", "a name", '""', "m"),
    ],
    [
      "a number twice",
      moduleOf({ id: 3n }),
      errorText(
        "instruction #3 is there twice",
        "names that differ",
        "#3",
        "main",
        "one of the two would not be counted: rename it",
      ),
    ],
    [
      "an operand that is not there",
      moduleOf({ operandIds: [9n] }),
      errorText("call refers to #9, which is not there", "an instruction of its computation", "#9", "m"),
    ],
    [
      "a computation that is not there",
      moduleOf({ calledComputationIds: [9n] }),
      errorText("call refers to #9, which is not there", "a computation of the module", "#9", "m"),
    ],
    [
      "a root that is not there",
      moduleOf({}, {}, 9n),
      errorText("computation main has no root", "an instruction that is its result", "none", "m"),
    ],
    [
      "a recursive computation",
      moduleOf({ calledComputationIds: [2n] }),
      errorText(
        "computation main calls itself",
        "calls that end",
        "main -> main",
        "m",
        "HLO has no recursion: write a while",
      ),
    ],
    [
      "a fusion without parts",
      moduleOf({ opcode: "fusion", calledComputationIds: [] }),
      errorText("fusion call has a wrong number of called computations", "1", "0", "m"),
    ],
  ])("%s is refused", (_what, proto, message) => {
    let got: unknown;
    try {
      moduleFromProto(proto);
    } catch (thrown) {
      got = thrown;
    }
    expect(got).toBeInstanceOf(HloError);
    expect((got as HloError).message).toBe(message);
  });
});
