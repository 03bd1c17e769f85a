/** @file Elements that lie apart in memory, put together. */

/** Where the elements of a tensor lie: counted in elements, not bytes. */
export interface StridedLayout {
  readonly shape: readonly number[];
  /** Elements from one index of an axis to the next. */
  readonly strides: readonly number[];
}

/** The strides of a row-major tensor. */
export function rowMajorStrides(shape: readonly number[]): readonly number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}

/** Whether the elements lie row-major without gaps. Strides of axes of size 1 mean nothing. */
export function isRowMajor({ shape, strides }: StridedLayout): boolean {
  const packed = rowMajorStrides(shape);
  return shape.includes(0) || shape.every((size, axis) => size === 1 || strides[axis] === packed[axis]);
}

/** Elements between the first and the last, both included; 0 when there is none. */
export function spanOf({ shape, strides }: StridedLayout): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, axis) => span + (size - 1) * strides[axis]!, 1);
}

type Elements = Uint8Array | Uint16Array | Uint32Array;

/** Elements as integers, of as many as one takes where it is wider than 4 bytes. */
const VIEWS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Rows whose elements, as many of each as are moved at a time, stay in the processor's first cache as they are read and as they are written. */
const BLOCK = 64;

/**
 * Puts the elements of `source`, which begins with the first one, into `into`.
 * @param elementBytes 1, 2, 4, 8 or 16
 * @param places elements from one index of an axis to the next in `into`, the last axis' being 1: a part of something larger. Default: row-major
 */
export function packStrided(
  source: Uint8Array<ArrayBuffer>,
  elementBytes: number,
  { shape, strides }: StridedLayout,
  into: Uint8Array<ArrayBuffer>,
  places: readonly number[] = rowMajorStrides(shape),
): void {
  if (shape.includes(0)) return;
  const unit = elementBytes > 4 ? 4 : (elementBytes as 1 | 2 | 4);
  if (into.byteOffset % unit !== 0) {
    const aligned = new Uint8Array(into);
    packStrided(source, elementBytes, { shape, strides }, aligned, places);
    into.set(aligned);
    return;
  }
  const parts = elementBytes / unit;
  const from = view(source, unit);
  const to = view(into, unit);
  const axes = [
    ...shape.map((size, axis) => ({ size, from: strides[axis]! * parts, to: places[axis]! * parts })),
    { size: parts, from: 1, to: 1 },
  ].filter(({ size }) => size > 1);
  // The axis that is nearest together in the source and the one in the result are walked in squares.
  const inner = axes.at(-1)?.to === 1 ? axes.pop()! : { size: 1, from: 0, to: 1 };
  const nearest = axes.reduce((best, { from: stride }, i) => (stride < axes[best]!.from ? i : best), 0);
  const [other = { size: 1, from: 0, to: 0 }] = axes.splice(nearest, 1);
  const walk = (depth: number, read: number, write: number): void => {
    const axis = axes[depth];
    if (axis === undefined) packPlane(from, to, read, write, other, inner);
    else for (let i = 0; i < axis.size; i++) walk(depth + 1, read + i * axis.from, write + i * axis.to);
  };
  walk(0, 0, 0);
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Elements of a row that are moved at a time, one after the other, which costs half of what a loop over them does. */
const RUN = 8;

/** Two axes; neighbours of `inner` are neighbours in the result. */
function packPlane(
  from: Elements,
  to: Elements,
  read: number,
  write: number,
  outer: Axis,
  inner: Axis,
): void {
  const { from: step } = inner;
  const runs = inner.size - (inner.size % RUN);
  for (let rowBegin = 0; rowBegin < outer.size; rowBegin += BLOCK) {
    const rowEnd = Math.min(rowBegin + BLOCK, outer.size);
    for (let begin = 0; begin < runs; begin += RUN) {
      for (let row = rowBegin; row < rowEnd; row++) {
        const source = read + row * outer.from + begin * step;
        const target = write + row * outer.to + begin;
        to[target] = from[source]!;
        to[target + 1] = from[source + step]!;
        to[target + 2] = from[source + 2 * step]!;
        to[target + 3] = from[source + 3 * step]!;
        to[target + 4] = from[source + 4 * step]!;
        to[target + 5] = from[source + 5 * step]!;
        to[target + 6] = from[source + 6 * step]!;
        to[target + 7] = from[source + 7 * step]!;
      }
    }
    for (let row = rowBegin; row < rowEnd; row++) {
      for (let i = runs; i < inner.size; i++) {
        to[write + row * outer.to + i] = from[read + row * outer.from + i * step]!;
      }
    }
  }
}

/** A typed view needs an aligned start, which a part of something may not have. */
function view(bytes: Uint8Array<ArrayBuffer>, unit: 1 | 2 | 4): Elements {
  const View = VIEWS[unit];
  const { buffer, byteOffset } = bytes.byteOffset % unit === 0 ? bytes : new Uint8Array(bytes);
  return new View(buffer, byteOffset, Math.floor(bytes.length / unit));
}
