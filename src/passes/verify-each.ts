/** @file Verification after every pass: a pass that breaks the program is named. */
import { VerifyError } from "../ir/errors.js";
import { verifyModule } from "../ir/verify.js";
import { GriffinError } from "../support/errors.js";
import type { PassEvent } from "./manager.js";

/** A pass made a program that breaks a rule; the program it was given did not. */
export class PassError extends GriffinError {}

/** A callback for `runPipeline`. @throws PassError that names the pass and the rule it broke */
export function verifyAfter(event: PassEvent): void {
  if (!event.changed) return;
  try {
    verifyModule(event.module);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new PassError("pass error", {
      ...error.details,
      message: `after ${event.name}: ${error.details.message}`,
      hint: "this is a defect of the pass; --print-ir-after-all shows what it made",
    });
  }
}
