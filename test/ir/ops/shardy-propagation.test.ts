/** `sdy.propagation_edges` against the op that it is on and the shardings of its values. */
import { expect, test } from "vitest";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";

const sharded = ', sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{?}, {"z", ?}]>]>';
const program = (attributes: string): string => `module {
  sdy.mesh @mesh = <["z"=4]>
  func.func @main(%arg0: tensor<8x8xf32>) -> tensor<8x8xf32> {
    %0 = stablehlo.add %arg0, %arg0 {${attributes}} : tensor<8x8xf32>
    return %0 : tensor<8x8xf32>
  }
}
`;
const edges = (steps: string): string => `sdy.propagation_edges = #sdy.propagation_edges<[${steps}]>`;
const verify = (attributes: string): void => {
  verifyModule(parseModule(program(attributes)));
};

test.each([
  edges(
    '{step-2 = [{"z" = operand-1 -> [operand-0, result-0]}]}, {step-9 = [{"z" = result-0 -> [operand-0]}]}',
  ) + sharded,
  edges("") + sharded,
  edges('{step-2 = [{"z":(1)2 = operand-1 -> [result-0]}]}') + sharded,
  `sdy.result_propagation_edges = [#sdy.propagation_edges<[{step-0 = [{"z" = operand-0 -> [result-0]}]}]>]`,
])("%s is accepted, and comes back", (attributes) => {
  const module = parseModule(program(attributes));
  verifyModule(module);
  expect(printModule(module)).toBe(program(attributes));
});

test.each([
  [
    "sdy.propagation_edges = 64 : i64",
    "sdy.propagation_edges must be #sdy.propagation_edges<..> [propagation_edges_kind]",
  ],
  [
    "sdy.result_propagation_edges = 64 : i64",
    "must be a list of #sdy.propagation_edges<..> [propagation_edges_kind]",
  ],
  [
    "sdy.block_arg_propagation_edges = [0, 2]",
    "must be a list of #sdy.propagation_edges<..> [propagation_edges_kind]",
  ],
  [
    edges('{step-1 = [{"z" = operand-1 -> [result-0]}]}'),
    "none of the values that the edges name has a sharding [propagation_edges_sharding]",
  ],
  [
    edges('{step-1 = [{"z" = result-0 -> [operand-3]}]}') + sharded,
    "there is no operand 3 [propagation_edges_value]",
  ],
  [
    edges('{step--3 = [{"z":(1)2 = operand-0 -> [result-0]}]}') + sharded,
    "step -3 is negative [propagation_edges_step]",
  ],
  [
    edges('{step-1 = [{"y" = result-0 -> [operand-0]}]}') + sharded,
    'the mesh has no axis "y" [propagation_edges_axis]',
  ],
  [
    edges('{step-1 = [{"z" = result-0 -> [result-0]}]}') + sharded,
    'axis "z" goes from a value to itself [propagation_edges_targets]',
  ],
  [
    edges('{step-1 = [{"z" = result-0 -> [operand-0, operand-0]}]}') + sharded,
    'axis "z" goes to a value twice in step 1 [propagation_edges_targets]',
  ],
  [
    edges('{step-1 = [{"z" = result-0 -> [operand-0]}]}, {step-1 = []}') + sharded,
    "step 1 stands there twice [propagation_edges_step]",
  ],
])("%s is refused: %s", (attributes, message) => {
  expect(() => {
    verify(attributes);
  }).toThrow(message);
});

test("an edge of a function may name the operands of its calls", () => {
  verifyModule(
    parseModule(`sdy.mesh @mesh = <["z"=4]>
func.func @main(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = sdy.func_data_flow_edge %x {${edges('{step-2 = [{"z" = result-0 -> [operand-3]}]}')}${sharded}} : tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}`),
  );
});
