/** @file For tests: axes and inputs of the ops of models, and the lines of a traced program that hold one. */
import { type Axis, axis, input } from "../../src/dsl/index.js";
import { traced } from "./trace.js";

export const [batch, time, lru] = [axis("batch", 2), axis("time", 5), axis("lru", 4)];
export const [heads, head, window] = [axis("heads", 3), axis("head", 4), axis("window", 8)];

/** The line of the op in a traced module. */
export const opLine = (body: Parameters<typeof traced>[0], op: string): string =>
  traced(body)
    .split("\n")
    .find((line) => line.includes(`"nn.${op}"`))!
    .trim();

/** An input of f32. */
export const f32 = <A extends string>(name: string, ...axes: readonly Axis<A>[]) => input(name, axes, "f32");

/** Where tokens stand in their documents: i32 [batch, time]. */
export const positions = () => input("position", [batch, time], "i32");
