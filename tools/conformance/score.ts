/** @file What a part of the conformance run found. */
export interface Score {
  readonly passed: number;
  /** One line per program that failed. */
  readonly failures: readonly string[];
  /** Programs that the part is not made for; neither passed nor failed. */
  readonly notApplicable: number;
}
