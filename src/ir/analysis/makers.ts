/** @file What a compiler may know of a value without the program's inputs. */
import { definingOp, type Operation, type Value } from "../operation.js";
import { dependencies } from "./captures.js";
import { isPure } from "./effects.js";

/** What is worked out from more operations is not gone through. */
const MOST_MAKERS = 256;

/** The operations that make values of constants alone, each after those it needs; undefined where one depends on anything else. */
export function constantMakers(values: readonly Value[]): ReadonlySet<Operation> | undefined {
  const makers = new Set<Operation>();
  const seen = new Set<Operation>();
  const isConstant = (value: Value): boolean => {
    const maker = definingOp(value);
    if (maker === undefined || !isPure(maker)) return false;
    if (seen.has(maker)) return true;
    seen.add(maker);
    if (seen.size > MOST_MAKERS || !dependencies(maker).every(isConstant)) return false;
    makers.add(maker);
    return true;
  };
  return values.every(isConstant) ? makers : undefined;
}
