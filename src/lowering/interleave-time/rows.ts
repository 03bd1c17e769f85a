/** @file Which values of a program have rows of tokens, and whether every operation on them can live with the rows in another order. */
import { type Block, definingOp, type Operation, type Value } from "../../ir/operation.js";
import { hasTrait, isOp } from "../../ir/ops/index.js";
import { splatOf } from "../../ir/analysis/constants.js";
import { shapeOf } from "../../ir/emit.js";

/** Operations of one result that compute each row by itself, whatever their operands' ranks. */
const rowWise: ReadonlySet<string> = new Set([
  "stablehlo.convert",
  "nn.rms_norm",
  "nn.rotary",
  "nn.block_diagonal_dot",
  "griffin.rg_lru_gates",
]);

/** Operations that walk time and have the attribute. */
export const walkers = ["nn.linear_scan", "nn.causal_conv1d", "nn.local_attention"] as const;

/** Which operands of other operations that walk time must be in order. */
export const ordered: Readonly<Record<string, readonly number[]>> = {
  "nn.kv_cache_update": [1, 2],
};

/** Whether a value that is not made of tokens is the same in all rows. */
function isUniform(value: Value): boolean {
  if (splatOf(value) !== undefined) return true;
  const operation = definingOp(value);
  return (
    isOp(operation, "stablehlo.broadcast_in_dim") && !operation.attributes.broadcast_dimensions.includes(1)
  );
}

/** Finds out which values of a block have rows of tokens (axis 1), and that every operation on them can live with another order. */
export class RowAnalysis {
  readonly #rows = new Set<Value>();

  constructor(
    readonly block: Block,
    readonly inputs: readonly Value[],
  ) {
    for (const input of inputs) this.#rows.add(input);
  }

  has(value: Value): boolean {
    return this.#rows.has(value);
  }

  /** False when an operation is met that the pass does not understand. */
  run(): boolean {
    for (const operation of this.block) {
      if (!operation.operands.some((operand) => this.has(operand))) continue;
      if (!this.#understands(operation)) return false;
    }
    return true;
  }

  #understands(operation: Operation): boolean {
    if (isOp(operation, "func.return")) return false;
    if (isOp(operation, "stablehlo.slice")) return this.#isLastRow(operation) || this.#keepsRows(operation);
    if (operation.name in ordered) return true;
    if (isOp(operation, ...walkers)) {
      if (isOp(operation, "nn.linear_scan") && operation.attributes.reverse === true) return false;
      // Rows are axis 1.
      if (isOp(operation, "nn.linear_scan", "nn.causal_conv1d") && operation.attributes.axis !== 1)
        return false;
      this.#rows.add(operation.results[0]!);
      return true;
    }
    return this.#keepsRows(operation);
  }

  /** The last token stays in the last row. */
  #isLastRow({ operands, attributes }: Operation): boolean {
    const time = shapeOf(operands[0]!)[1]!;
    const { start_indices, limit_indices } = attributes as {
      start_indices: number[];
      limit_indices: number[];
    };
    return start_indices[1] === time - 1 && limit_indices[1] === time;
  }

  #keepsRows(operation: Operation): boolean {
    const [batch, time] = shapeOf(this.inputs[0]!) as [number, number];
    if (isOp(operation, "nn.rotary") && operation.attributes.position_dims.join() !== "0,1") return false;
    const isKnown =
      this.#isElementwise(operation) || rowWise.has(operation.name) || this.#isRowWiseShape(operation);
    if (!isKnown || operation.regions.length > 0) return false;
    for (const result of operation.results) {
      const [b, t] = shapeOf(result);
      if (b !== batch || t !== time) return false;
      this.#rows.add(result);
    }
    return true;
  }

  #isElementwise(operation: Operation): boolean {
    const isOne =
      hasTrait(operation, "elementwise") || isOp(operation, "stablehlo.concatenate", "stablehlo.select");
    return isOne && operation.operands.every((operand) => this.has(operand) || isUniform(operand));
  }

  #isRowWiseShape(operation: Operation): boolean {
    if (isOp(operation, "stablehlo.broadcast_in_dim")) {
      const { broadcast_dimensions: dims } = operation.attributes;
      return dims[0] === 0 && dims[1] === 1;
    }
    if (isOp(operation, "stablehlo.dot_general")) {
      const numbers = operation.attributes.dot_dimension_numbers;
      const isLeft = this.has(operation.operands[0]!) && !this.has(operation.operands[1]!);
      return (
        isLeft &&
        numbers.lhs_batching_dimensions.length === 0 &&
        numbers.lhs_contracting_dimensions.every((d) => d > 1)
      );
    }
    if (isOp(operation, "stablehlo.gather"))
      return this.has(operation.operands[1]!) && !this.has(operation.operands[0]!);
    return isOp(operation, "stablehlo.reshape", "stablehlo.slice");
  }
}
