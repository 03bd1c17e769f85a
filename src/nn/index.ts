/** @file What layers of neural networks are written with, as functions over named axes. */
export { elu, gelu, leakyRelu, relu, silu } from "./activations.js";
export { dropout } from "./dropout.js";
export { binaryCrossEntropy, crossEntropy } from "./loss.js";
export { layerNorm } from "./norm.js";
export { logSoftmax, logSumExp, softmax } from "./softmax.js";
export {
  conv,
  deltaRule,
  geluTanh,
  linearAttention,
  linearScan,
  maxPool,
  meanPool,
  oneHot,
  rmsNorm,
  selectiveScan,
  sigmoid,
  softplus,
  take as embedding,
  tanh,
} from "../dsl/index.js";
