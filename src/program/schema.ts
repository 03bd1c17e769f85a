/** @file Arguments and results of programs as JSON, for files that hold interfaces. */
import { z } from "zod";
import { type BufferElementType, isBufferElementType } from "../support/buffer-element-types.js";
import { type Argument, argumentRoles, type Result, resultRoles } from "./interface.js";

const tensor = {
  name: z.string(),
  axes: z.array(z.string()).readonly(),
  elementType: z.custom<BufferElementType>(
    (text) => typeof text === "string" && isBufferElementType(text),
    "an element type that buffers have",
  ),
  dimensions: z.array(z.int().nonnegative()).readonly(),
};

/** An `Argument`. */
export const argumentSchema = z.strictObject({
  role: z.enum(argumentRoles),
  ...tensor,
  donated: z.boolean(),
  layout: z.string().optional(),
}) satisfies z.ZodType<Argument>;

/** A `Result`. */
export const resultSchema = z.strictObject({
  role: z.enum(resultRoles),
  ...tensor,
}) satisfies z.ZodType<Result>;
