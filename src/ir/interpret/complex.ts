/** @file Complex arithmetic in f64, with the forms that stay exact near zeros and do not overflow early. */

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im: number): Complex => ({ re, im });

export const add = (a: Complex, b: Complex): Complex => complex(a.re + b.re, a.im + b.im);
export const subtract = (a: Complex, b: Complex): Complex => complex(a.re - b.re, a.im - b.im);
/** The product; `round` is applied to each step, as arithmetic of a narrower type would. */
export const multiply = (a: Complex, b: Complex, round: (x: number) => number = (x) => x): Complex =>
  complex(round(round(a.re * b.re) - round(a.im * b.im)), round(round(a.re * b.im) + round(a.im * b.re)));
export const negate = (z: Complex): Complex => complex(-z.re, -z.im);
export const abs = (z: Complex): number => Math.hypot(z.re, z.im);
export const equal = (a: Complex, b: Complex): boolean => a.re === b.re && a.im === b.im;

/** Order by real parts, then by imaginary parts. */
export const less = (a: Complex, b: Complex): boolean => a.re < b.re || (a.re === b.re && a.im < b.im);

/** Smith's division: scales by the larger part of the divisor, so that no square overflows. */
export function divide(a: Complex, b: Complex): Complex {
  if (b.re === 0 && b.im === 0) return complex(a.re / Math.abs(b.re), a.im / Math.abs(b.re));
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const ratio = b.im / b.re;
    const scale = b.re + b.im * ratio;
    return complex((a.re + a.im * ratio) / scale, (a.im - a.re * ratio) / scale);
  }
  const ratio = b.re / b.im;
  const scale = b.re * ratio + b.im;
  return complex((a.re * ratio + a.im) / scale, (a.im * ratio - a.re) / scale);
}

/** length * e^(i angle); an angle of zero keeps the result real. */
const polar = (length: number, angle: number): Complex =>
  angle === 0 ? complex(length, angle) : complex(length * Math.cos(angle), length * Math.sin(angle));

export const exponential = (z: Complex): Complex => polar(Math.exp(z.re), z.im);

export function exponentialMinusOne(z: Complex): Complex {
  const half = Math.sin(z.im / 2);
  const re = Math.expm1(z.re) * Math.cos(z.im) - 2 * half * half;
  return complex(re, z.im === 0 ? z.im : Math.exp(z.re) * Math.sin(z.im));
}

/** Splits a number into two of half the digits each (Veltkamp), so that their products are exact. */
function halves(x: number): readonly [number, number] {
  const scaled = x * (2 ** 27 + 1);
  const high = scaled - (scaled - x);
  return [high, x - high];
}

/** What x * x loses when it is rounded (Dekker). */
function squareError(x: number): number {
  const [high, low] = halves(x);
  return low * low - (x * x - high * high - 2 * high * low);
}

/** log |w| of w = (1 + d) + iy near the unit circle: log1p(2d + d^2 + y^2) / 2, whose terms cancel. */
function logNearOne(d: number, y: number): number {
  // Of the three terms two at a time are added with their rounding errors (Knuth), largest first.
  const terms = [2 * d, d * d, y * y].sort((a, b) => Math.abs(b) - Math.abs(a)) as [number, number, number];
  let [sum, error] = [terms[0], squareError(d) + squareError(y)];
  for (const term of terms.slice(1)) {
    const next = sum + term;
    const shown = next - sum;
    error += sum - (next - shown) + (term - shown);
    sum = next;
  }
  return Math.log1p(sum + error) / 2;
}

/** log |w| by a formula that stays exact where |w| is near one, given w = (1 + d) + iy. */
function logLength(length: number, d: number, y: number): number {
  return length >= 0.5 && length <= 2 ? logNearOne(d, y) : Math.log(length);
}

export function log(z: Complex): Complex {
  const parts = [Math.abs(z.re), Math.abs(z.im)];
  const [large, small] = [Math.max(...parts), Math.min(...parts)];
  return complex(logLength(abs(z), large - 1, small), Math.atan2(z.im, z.re));
}

export function logPlusOne({ re: x, im: y }: Complex): Complex {
  return complex(logLength(Math.hypot(1 + x, y), x, y), Math.atan2(y, 1 + x));
}

/** Of both roots the one whose real part is not negative. */
export function sqrt(z: Complex): Complex {
  const { re, im } = z;
  if (re === 0 && im === 0) return complex(0, im);
  if (Math.abs(im) === Infinity) return complex(Infinity, im);
  if (Number.isNaN(re) || Number.isNaN(im)) return complex(Number.NaN, Number.NaN);
  const length = Math.hypot(re, im);
  if (length === Infinity && Number.isFinite(re)) return sqrtScaled(z);
  // The larger part is the root of a sum without cancellation; halves avoid overflow.
  const large = Math.sqrt(length / 2 + Math.abs(re) / 2);
  const small = Math.abs(im) / (2 * large);
  const upper = im > 0 || Object.is(im, 0);
  return re >= 0 ? complex(large, upper ? small : -small) : complex(small, upper ? large : -large);
}

/** sqrt(z) as 2^256 sqrt(z / 2^512). */
function sqrtScaled(z: Complex): Complex {
  const root = sqrt(complex(z.re * 2 ** -512, z.im * 2 ** -512));
  return complex(root.re * 2 ** 256, root.im * 2 ** 256);
}

/** conj(sqrt(z)) / |z|. */
export function rsqrt(z: Complex): Complex {
  const length = abs(z);
  const root = sqrt(z);
  if (length === 0 || !Number.isFinite(length)) return divide(complex(1, 0), root);
  return complex(root.re / length, -root.im / length);
}

export const cbrt = (z: Complex): Complex => polar(Math.cbrt(abs(z)), Math.atan2(z.im, z.re) / 3);

export const sine = ({ re, im }: Complex): Complex =>
  complex(Math.sin(re) * Math.cosh(im), Math.cos(re) * Math.sinh(im));

export const cosine = ({ re, im }: Complex): Complex =>
  complex(Math.cos(re) * Math.cosh(im), -Math.sin(re) * Math.sinh(im));

/** Kahan's form: of tan(y) and sinh(x), which cancel nowhere. */
export function tanh({ re, im }: Complex): Complex {
  if (Math.abs(re) > 22) {
    // 1 - tiny; the imaginary part is 4 sin cos e^(-2|x|).
    const damped = Math.exp(-2 * Math.abs(re)) * 4;
    return complex(Math.sign(re), Number.isFinite(im) ? Math.sin(im) * Math.cos(im) * damped : 0);
  }
  const tangent = Math.tan(im);
  const beta = 1 + tangent * tangent;
  const s = Math.sinh(re);
  const rho = Math.sqrt(1 + s * s);
  if (!Number.isFinite(tangent)) return complex(rho / s, 1 / tangent);
  const scale = 1 + beta * s * s;
  return complex((beta * rho * s) / scale, tangent / scale);
}

/** -i tanh(i z). */
export function tan(z: Complex): Complex {
  const { re, im } = tanh(complex(-z.im, z.re));
  return complex(im, -re);
}

export const logistic = (z: Complex): Complex =>
  divide(complex(1, 0), add(complex(1, 0), exponential(negate(z))));

/** a^b = e^(b log a); 0^b is 0, or 1 for b = 0. */
export function power(a: Complex, b: Complex): Complex {
  if (a.re === 0 && a.im === 0) return b.re === 0 && b.im === 0 ? complex(1, 0) : complex(0, 0);
  return exponential(multiply(b, log(a)));
}

/** The direction z / |z|; zero stays zero. */
export function sign(z: Complex): Complex {
  const length = abs(z);
  if (length === 0) return complex(0, 0);
  return complex(z.re / length, z.im / length);
}

/** -i log((x + i y) / sqrt(x^2 + y^2)). */
export function atan2(y: Complex, x: Complex): Complex {
  const numerator = add(x, complex(-y.im, y.re));
  const { re, im } = log(divide(numerator, sqrt(add(multiply(x, x), multiply(y, y)))));
  return complex(im, -re);
}
