/** @file The public face of testing: harnesses for passes, strategies and models of one's own. They throw, and need no test framework. */
export { TestFailure } from "./failure.js";
export { randomNumbers } from "./random-numbers.js";
export { testModel, type TestModelOptions } from "./test-model.js";
export { testPass, type TestPassOptions } from "./test-pass.js";
export {
  testStrategy,
  type TestOperand,
  type TestStrategyOptions,
  type TestUse,
} from "./test-strategy.js";
