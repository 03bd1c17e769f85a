/**
 * @file `sdy.propagation_edges`: through which operand or result of an op each axis came to another, as Shardy notes it for those who look
 * into a partitioning. The attribute is kept as its text; what its verifier asks is read from that here.
 */
import type { Attribute } from "../attribute.js";
import { type Violation, violation } from "../errors.js";
import type { Operation } from "../operation.js";
import type { TensorSharding } from "./attributes.js";
import { type Meshes, meshOf, sameMesh } from "./meshes.js";
import { shardingOf } from "./value-sharding.js";

/** An operand or a result by its place, e.g. `operand-1`. */
interface ValueReference {
  readonly kind: "operand" | "result";
  readonly index: number;
}

/** An axis that came from one value to others. */
interface Edge {
  readonly axis: string;
  readonly source: ValueReference;
  readonly targets: readonly ValueReference[];
}

interface Step {
  readonly index: number;
  readonly edges: readonly Edge[];
}

/** An axis, or a part of one: `"x":(2)4`. */
const edgeText = /\{"((?:[^"\\]|\\.)*)"(?::\(\d+\)\d+)?=((?:operand|result)-\d+)->\[([^\][]*)\]\}/g;
const stepText =
  /\{step-(-?\d+)=\[((?:\{"(?:[^"\\]|\\.)*"(?::\(\d+\)\d+)?=(?:operand|result)-\d+->\[[^\][]*\]\},?)*)\]\}/g;
const wholeText = /^#sdy(?:\.propagation_edges<\[(.*)\]>|<propagation_edges<\[(.*)\]>>)$/s;

function referenceOf(text: string): ValueReference {
  const [kind, index] = text.split("-") as ["operand" | "result", string];
  return { kind, index: Number(index) };
}

/** The steps of an attribute of that kind, or undefined for any other. */
function stepsOf(attribute: Attribute): readonly Step[] | undefined {
  if (attribute.kind !== "opaque") return undefined;
  // Blanks mean nothing outside of names.
  const compact = attribute.text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
  const match = wholeText.exec(compact);
  if (match === null) return undefined;
  return [...(match[1] ?? match[2]!).matchAll(stepText)].map(([, index, edges]) => ({
    index: Number(index),
    edges: [...edges!.matchAll(edgeText)].map(([, axis, source, targets]) => ({
      axis: axis!,
      source: referenceOf(source!),
      targets: targets!.split(",").filter(Boolean).map(referenceOf),
    })),
  }));
}

const sameReference = (a: ValueReference, b: ValueReference): boolean =>
  a.kind === b.kind && a.index === b.index;

const valuesOf = ({ operands, results }: Operation, { kind }: ValueReference): Operation["operands"] =>
  kind === "operand" ? operands : results;

/** What is wrong with the steps alone. */
function stepsProblem(steps: readonly Step[]): Violation | undefined {
  const seen = new Set<number>();
  for (const { index, edges } of steps) {
    if (index < 0) return violation("propagation_edges_step", `step ${index} is negative`);
    if (seen.has(index)) return violation("propagation_edges_step", `step ${index} stands there twice`);
    seen.add(index);
    for (const { axis, source, targets } of edges) {
      if (targets.some((target) => sameReference(target, source)))
        return violation("propagation_edges_targets", `axis "${axis}" goes from a value to itself`);
      if (targets.some((target, i) => targets.slice(0, i).some((other) => sameReference(other, target))))
        return violation(
          "propagation_edges_targets",
          `axis "${axis}" goes to a value twice in step ${index}`,
        );
    }
  }
  return undefined;
}

/** What is wrong with `sdy.propagation_edges` of an operation; a form that is not known here is not judged. */
function edgesProblem(operation: Operation, attribute: Attribute, meshes: Meshes): Violation | undefined {
  if (!isEdges(attribute))
    return violation("propagation_edges_kind", "sdy.propagation_edges must be #sdy.propagation_edges<..>");
  const steps = stepsOf(attribute) ?? [];
  const edges = steps.flatMap((step) => step.edges);
  const wrong = stepsProblem(steps);
  if (wrong !== undefined || edges.length === 0) return wrong;
  const values = edges
    .flatMap(({ source, targets }) => [source, ...targets])
    .flatMap((reference) => valuesOf(operation, reference)[reference.index] ?? []);
  const shardings = values
    .map(shardingOf)
    .filter((sharding): sharding is TensorSharding => typeof sharding !== "string");
  const [first, ...others] = shardings.map((sharding) => meshOf(sharding, meshes));
  if (shardings.length === 0)
    return values.map(shardingOf).includes("unknown")
      ? undefined
      : violation("propagation_edges_sharding", "none of the values that the edges name has a sharding");
  if (first === undefined || others.some((mesh) => mesh === undefined || !sameMesh(first, mesh)))
    return violation(
      "propagation_edges_mesh",
      "the values that the edges name are not sharded over one mesh",
    );
  for (const { axis, source, targets } of edges) {
    if (!first.axes.some(({ name }) => name === axis))
      return violation("propagation_edges_axis", `the mesh has no axis "${axis}"`);
    // The values of an edge of a function are those of its calls.
    if (operation.name === "sdy.func_data_flow_edge") continue;
    const missing = [source, ...targets].find(
      (reference) => reference.index >= valuesOf(operation, reference).length,
    );
    if (missing !== undefined)
      return violation("propagation_edges_value", `there is no ${missing.kind} ${missing.index}`);
  }
  return undefined;
}

const isEdges = (attribute: Attribute): boolean =>
  attribute.kind === "opaque" && /^#sdy(?:\.|<)propagation_edges\b/.test(attribute.text);

/** What is wrong with an attribute of an operation; nothing with one that is not about propagation. */
export function propagationProblem(
  operation: Operation,
  key: string,
  attribute: Attribute,
  meshes: Meshes,
): Violation | undefined {
  if (key === "sdy.propagation_edges") return edgesProblem(operation, attribute, meshes);
  if (key !== "sdy.result_propagation_edges" && key !== "sdy.block_arg_propagation_edges") return undefined;
  return attribute.kind === "array" && attribute.items.every(isEdges)
    ? undefined
    : violation("propagation_edges_kind", `${key} must be a list of #sdy.propagation_edges<..>`);
}
