import { expect, test } from "vitest";
import { collapseGraphs, programGraph } from "../../../src/engine/index.js";
import { parseModule } from "../../../src/ir/text/index.js";

const PROGRAM = `module {
  func.func private @inner(%x: tensor<f32>) -> tensor<f32> {
    return %x : tensor<f32>
  }
  func.func private @outer(%x: tensor<f32>) -> tensor<f32> {
    %0 = call @inner(%x) : (tensor<f32>) -> tensor<f32> loc("mlp")
    return %0 : tensor<f32>
  }
  func.func @main(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
    %0 = stablehlo.negate %x : tensor<f32> loc("layers.0/mlp")
    %1 = stablehlo.abs %0 : tensor<f32> loc("layers.0/mlp")
    %2 = stablehlo.add %0, %1 : tensor<f32> loc("layers.0")
    %3 = call @outer(%2) : (tensor<f32>) -> tensor<f32>
    return %3, %1 : tensor<f32>, tensor<f32>
  }
}`;

/** `label in namespace (operations) <- where its values come from -> graphs`, and how many results a node has. */
const shown = (depth: number) =>
  Object.fromEntries(
    collapseGraphs(programGraph(parseModule(PROGRAM), "p"), depth).graphs.map(({ id, nodes }) => [
      id,
      nodes.map(
        ({ id: number, label, namespace, attrs, incomingEdges, subgraphIds, outputsMetadata }) =>
          `${number} ${label} in ${namespace || "-"}` +
          attrs
            .filter(({ key }) => key === "operations")
            .map(({ value }) => ` (${value})`)
            .join("") +
          incomingEdges.map((edge) => ` <- ${edge.sourceNodeId}#${edge.sourceNodeOutputId}`).join("") +
          subgraphIds.map((name) => ` -> @${name}`).join("") +
          `: ${outputsMetadata.length}`,
      ),
    ]),
  );

test("to depth 0 there is the entry alone, and an outermost layer is one node, with the edges that cross its border", () => {
  expect(shown(0)).toEqual({
    main: [
      "0 x in -: 1",
      "1 layers.0 in - (3) <- 0#0: 2",
      "4 func.call in - <- 1#0: 1",
      "5 func.return in - <- 4#0 <- 1#1: 0",
    ],
  });
});

test("to depth 1 a layer is open and what lies in it is not; nor are the layers of a function that is called", () => {
  expect(shown(1)).toEqual({
    main: [
      "0 x in -: 1",
      "1 mlp in layers.0 (2) <- 0#0: 2",
      "3 stablehlo.add in layers.0 <- 1#0 <- 1#1: 1",
      "4 func.call in - <- 3#0 -> @outer: 1",
      "5 func.return in - <- 4#0 <- 1#1: 0",
    ],
    outer: ["0 x in -: 1", "1 mlp in - (1) <- 0#0: 1", "2 func.return in - <- 1#0: 0"],
  });
});

test("to a depth that nothing exceeds the graphs are what they were", () => {
  const whole = programGraph(parseModule(PROGRAM), "p");
  expect(collapseGraphs(whole, 9)).toEqual(whole);
});
