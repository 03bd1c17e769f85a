/** @file Elements that lie apart in memory, put together row-major. */

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

/** Rows and columns of a square that stays in the processor's first cache, both as it is read and as it is written. */
const BLOCK = 32;

/**
 * The elements of `source`, which begins with the first one, row-major in `into`.
 * @param elementBytes 1, 2, 4, 8 or 16
 */
export function packStrided(
  source: Uint8Array<ArrayBuffer>,
  elementBytes: number,
  layout: StridedLayout,
  into: Uint8Array<ArrayBuffer>,
): void {
  const unit = elementBytes > 4 ? 4 : (elementBytes as 1 | 2 | 4);
  const parts = elementBytes / unit;
  const { shape, strides } =
    parts === 1
      ? layout
      : { shape: [...layout.shape, parts], strides: [...layout.strides.map((n) => n * parts), 1] };
  if (shape.includes(0)) return;
  if (into.byteOffset % unit !== 0) {
    const packed = new Uint8Array(into.length);
    packStrided(source, elementBytes, layout, packed);
    into.set(packed);
    return;
  }
  const from = view(source, unit);
  const to = view(into, unit);
  const axes = shape
    .map((size, axis) => ({ size, from: strides[axis]!, to: rowMajorStrides(shape)[axis]! }))
    .filter(({ size }) => size > 1);
  // The axis that is nearest together in the source and the one in the result are walked in squares.
  const inner = axes.pop() ?? { size: 1, from: 0, to: 1 };
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

function packPlane(
  from: Elements,
  to: Elements,
  read: number,
  write: number,
  outer: Axis,
  inner: Axis,
): void {
  const { from: outerFrom, to: outerTo } = outer;
  const { from: innerFrom, to: innerTo } = inner;
  for (let rowBegin = 0; rowBegin < outer.size; rowBegin += BLOCK) {
    const rowEnd = Math.min(rowBegin + BLOCK, outer.size);
    for (let begin = 0; begin < inner.size; begin += BLOCK) {
      const end = Math.min(begin + BLOCK, inner.size);
      for (let row = rowBegin; row < rowEnd; row++) {
        let source = read + row * outerFrom + begin * innerFrom;
        let target = write + row * outerTo + begin * innerTo;
        for (let column = begin; column < end; column++) {
          to[target] = from[source]!;
          source += innerFrom;
          target += innerTo;
        }
      }
    }
  }
}

/** A typed view needs an aligned start, which a part of something may not have. */
function view(bytes: Uint8Array<ArrayBuffer>, unit: 1 | 2 | 4): Elements {
  const View = VIEWS[unit];
  const { buffer, byteOffset } = bytes.byteOffset % unit === 0 ? bytes : bytes.slice();
  return new View(buffer, byteOffset, Math.floor(bytes.length / unit));
}
