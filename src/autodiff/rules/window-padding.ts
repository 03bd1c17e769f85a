/** @file Windows seen backwards: the padding that makes a window over a result's cotangent reach each element that it came from. */

/** One dimension of a window that slides over an input. */
export interface Sliding {
  /** Elements of the input, the window and the result. */
  readonly input: number;
  readonly window: number;
  readonly output: number;
  readonly stride: number;
  readonly low: number;
  readonly inputDilation: number;
  readonly windowDilation: number;
}

const dilated = (size: number, dilation: number): number => (size === 0 ? 0 : (size - 1) * dilation + 1);

/** Around a result that is dilated by the stride, so that the window gives the input back; either may be negative, which cuts. */
export function paddingBack(d: Sliding): readonly [low: number, high: number] {
  const span = dilated(d.window, d.windowDilation);
  const low = span - d.low - 1;
  const high = dilated(d.input, d.inputDilation) + span - 1 - dilated(d.output, d.stride) - low;
  return [low, high];
}

/** Around the input, so that the result's cotangent, dilated by the stride, slid over it gives the window back. */
export function paddingOfWindow(d: Sliding): readonly [low: number, high: number] {
  const span = dilated(d.window, d.windowDilation);
  return [d.low, dilated(d.output, d.stride) - dilated(d.input, d.inputDilation) + span - d.low - 1];
}
