import { expect, test } from "vitest";
import { programGraph } from "../../../src/engine/index.js";
import { parseModule } from "../../../src/ir/text/index.js";

const program = `module {
  func.func private @twice(%x: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.add %x, %x : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
  func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.negate %x : tensor<2xf32> loc("layers.0/mlp")
    %1 = call @twice(%0) : (tensor<2xf32>) -> tensor<2xf32>
    return %1 : tensor<2xf32>
  }
}`;

const shape = [{ id: "0", attrs: [{ key: "tensor_shape", value: "tensor<2xf32>" }] }];

test("a program is a graph for each function, the entry first; layers are namespaces, calls lead to graphs", () => {
  const edge = (sourceNodeId: string, targetNodeInputId = "0") => ({
    sourceNodeId,
    sourceNodeOutputId: "0",
    targetNodeInputId,
  });
  const { label, graphs } = programGraph(parseModule(program), "example");
  const shown = graphs.map(({ id, nodes }) => ({
    id,
    // Where an operation stands in the text is of no interest here.
    nodes: nodes.map(({ attrs, ...node }) => ({ ...node, attrs: attrs.filter(({ key }) => key !== "at") })),
  }));
  const plain = { namespace: "", subgraphIds: [], attrs: [], incomingEdges: [], outputsMetadata: shape };
  expect({ label, graphs: shown }).toEqual({
    label: "example",
    graphs: [
      {
        id: "main",
        nodes: [
          { ...plain, id: "0", label: "x" },
          {
            ...plain,
            ...{ id: "1", label: "stablehlo.negate", namespace: "layers.0/mlp" },
            incomingEdges: [edge("0")],
          },
          {
            ...plain,
            ...{ id: "2", label: "func.call", subgraphIds: ["twice"] },
            attrs: [{ key: "callee", value: "@twice" }],
            incomingEdges: [edge("1")],
          },
          { ...plain, id: "3", label: "func.return", incomingEdges: [edge("2")], outputsMetadata: [] },
        ],
      },
      {
        id: "twice",
        nodes: [
          { ...plain, id: "0", label: "x" },
          { ...plain, id: "1", label: "stablehlo.add", incomingEdges: [edge("0"), edge("0", "1")] },
          { ...plain, id: "2", label: "func.return", incomingEdges: [edge("1")], outputsMetadata: [] },
        ],
      },
    ],
  });
});

test("a region is a box whose operations take values from outside by edges; results of one operation are told apart", () => {
  const { graphs } = programGraph(
    parseModule(`func.func @main(%p: tensor<i1>, %x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %0:2 = "stablehlo.if"(%p) ({
    "stablehlo.return"(%x, %x) : (tensor<f32>, tensor<f32>) -> ()
  }, {
    %1 = stablehlo.negate %x : tensor<f32>
    "stablehlo.return"(%1, %x) : (tensor<f32>, tensor<f32>) -> ()
  }) : (tensor<i1>) -> (tensor<f32>, tensor<f32>)
  return %0#1, %0#0 : tensor<f32>, tensor<f32>
}`),
    "branch",
  );
  const nodes = graphs[0]!.nodes.map(({ label, namespace, incomingEdges }) => ({
    label,
    namespace,
    from: incomingEdges.map(
      ({ sourceNodeId, sourceNodeOutputId }) => `${sourceNodeId}#${sourceNodeOutputId}`,
    ),
  }));
  expect(nodes.slice(2)).toEqual([
    { label: "stablehlo.if", namespace: "", from: ["0#0"] },
    { label: "stablehlo.return", namespace: "stablehlo.if 2, region 0", from: ["1#0", "1#0"] },
    { label: "stablehlo.negate", namespace: "stablehlo.if 2, region 1", from: ["1#0"] },
    { label: "stablehlo.return", namespace: "stablehlo.if 2, region 1", from: ["4#0", "1#0"] },
    { label: "func.return", namespace: "", from: ["2#1", "2#0"] },
  ]);
});

test("the name of a layer is found behind locations that share theirs sixty times over", () => {
  const named = Array.from({ length: 60 }, (_, i) => `#l${i + 1} = loc(fused[#l${i}, #l${i}])`).join("\n");
  const of = (names: string) =>
    programGraph(
      parseModule(`#l0 = loc(unknown)
${named}
func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.negate %x : tensor<f32> loc(${names})
  return %0 : tensor<f32>
}`),
      "shared",
    ).graphs[0]!.nodes[1]!.namespace;
  expect([of('fused[#l60, "layers.0"]'), of("#l60")]).toEqual(["layers.0", ""]);
});

test("an argument that the text gives no name is told by its number", () => {
  const { graphs } = programGraph(
    parseModule(`func.func @main(%arg0: tensor<f32>, %scale: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.multiply %arg0, %scale : tensor<f32>
  return %0 : tensor<f32>
}`),
    "example",
  );
  expect(graphs[0]!.nodes.map(({ label }) => label)).toEqual([
    "argument 0",
    "scale",
    "stablehlo.multiply",
    "func.return",
  ]);
});
