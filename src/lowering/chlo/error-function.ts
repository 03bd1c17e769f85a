/**
 * @file erf, erfc and erf_inv. Coefficients: Moshier's Cephes library (erf and erfc in f64, erfc in f32);
 * the rational approximation of erf in f32 that Eigen uses; Giles, "Approximating the erfinv function"
 * (2010).
 */
import { type Expression, inWideFloats, polynomial } from "../../ir/expression.js";

/** x T(x^2) / U(x^2) for |x| < 1. */
function erfNear64(x: Expression): Expression {
  const square = x.squared();
  const t = polynomial(
    square,
    [9.604973739870516, 90.02601972038427, 2232.005345946843, 7003.325141128051, 55592.30130103949],
  );
  const u = polynomial(
    square,
    [1, 33.56171416475031, 521.3579497801527, 4594.323829709801, 22629.000061389095, 49267.39426086359],
  );
  return x.times(t).over(u);
}

/** 2 - f(-x) for negative x, where f is given for |x|; f is 0 where e^(-x^2) underflows. */
function mirrored(x: Expression, upper: Expression, exponent: Expression, smallest: number): Expression {
  const kept = exponent.isLess(-smallest).choose(0, upper);
  return x.isLess(0).choose(kept.negated().plus(2), kept);
}

/** e^(-x^2) P(|x|) / Q(|x|) for |x| >= 1, with other polynomials from 8 on. */
function erfcFar64(x: Expression): Expression {
  const a = x.abs();
  const exponent = x.squared().negated();
  const p = polynomial(
    a,
    [
      2.461969814735305e-10, 0.5641895648310689, 7.463210564422699, 48.63719709856814, 196.5208329560771,
      526.4451949954773, 934.5285271719576, 1027.5518868951572, 557.5353353693994,
    ],
  );
  const q = polynomial(
    a,
    [
      1, 13.228195115474499, 86.70721408859897, 354.9377788878199, 975.7085017432055, 1823.9091668790973,
      2246.3376081871097, 1656.6630919416134, 557.5353408177277,
    ],
  );
  const r = polynomial(
    a,
    [
      0.5641895835477551, 1.275366707599781, 5.019050422511805, 6.160210979930536, 7.4097426995044895,
      2.9788666537210022,
    ],
  );
  const s = polynomial(
    a,
    [
      1, 2.2605286322011726, 9.396035249380015, 12.048953980809666, 17.08144507475659, 9.608968090632859,
      3.369076451000815,
    ],
  );
  const factor = exponent.exp();
  const upper = a.isLess(8).choose(factor.times(p).over(q), factor.times(r).over(s));
  return mirrored(x, upper, exponent, 709.782712893384);
}

/** x T(x^2) for |x| < 1. */
const erfNear32 = (x: Expression): Expression =>
  x.times(
    polynomial(
      x.squared(),
      [
        0.00007853861353153693, -0.0008010193625184903, 0.005188327685732524, -0.02685381193529856,
        0.1128358514861418, -3.7612625824233e-1, 1.12837916572671,
      ],
    ),
  );

/** e^(-x^2) P(1 / x^2) / |x| for |x| >= 1, with another polynomial from 2 on. */
function erfcFar32(x: Expression): Expression {
  const a = x.abs();
  const square = x.squared();
  const exponent = square.negated();
  const inverse = x.like(1).over(square);
  const p = polynomial(
    inverse,
    [
      0.02326819970068386, -0.1387039388740657, 0.3687424674597105, -0.5824733027278666, 0.6210004621745983,
      -0.4944515323274145, 0.3404879937665872, -0.2741127028184656, 0.5638259427386472,
    ],
  );
  const r = polynomial(
    inverse,
    [
      -10.47766399936249, 12.97719955372516, -7.495518717768503, 2.921019019210786, -1.0152652792027,
      0.4218463358204948, -0.2820767439740514, 0.5641895067754075,
    ],
  );
  const upper = exponent.exp().times(x.like(1).over(a)).times(a.isLess(2).choose(p, r));
  return mirrored(x, upper, exponent, 88.72283905206835);
}

const isNear = (x: Expression): Expression => x.abs().isLess(1);

const erf64 = (x: Expression): Expression => isNear(x).choose(erfNear64(x), erfcFar64(x).negated().plus(1));

/** x A(x^2) / B(x^2) on [-4, 4], beyond which erf is +-1 in f32. */
function erf32(argument: Expression): Expression {
  const x = argument.clamp(-4, 4);
  const square = x.squared();
  const a = polynomial(
    square,
    [
      -2.72614225801306e-10, 2.77068142495902e-8, -2.10102402082508e-6, -5.69250639462346e-5,
      -7.34990630326855e-4, -2.95459980854025e-3, -1.60960333262415e-2,
    ],
  );
  const b = polynomial(
    square,
    [
      -1.45660718464996e-5, -2.13374055278905e-4, -1.68282697438203e-3, -7.37332916720468e-3,
      -1.42647390514189e-2,
    ],
  );
  return x.times(a).over(b).clamp(-1, 1);
}

const erfcOf = (x: Expression, near: Expression, far: Expression): Expression =>
  isNear(x).choose(near.negated().plus(1), far);

/** A polynomial whose coefficients are chosen by a predicate; both lists are of one length. */
const chosenPolynomial = (
  x: Expression,
  which: Expression,
  onTrue: readonly number[],
  onFalse: readonly number[],
): Expression => which.choose(polynomial(x, onTrue), polynomial(x, onFalse));

/** p x, but +-infinity at +-1. */
const withPoles = (x: Expression, p: Expression): Expression =>
  x.abs().equals(1).choose(x.times(Number.POSITIVE_INFINITY), p.times(x));

/** w = -log(1 - x^2) decides which polynomial serves. */
const gilesVariable = (x: Expression): Expression => x.times(x.negated()).log1p().negated();

function erfInv32(x: Expression): Expression {
  const w = gilesVariable(x);
  const isCentral = w.isLess(5);
  const variable = isCentral.choose(w.minus(2.5), w.sqrt().minus(3));
  const p = chosenPolynomial(
    variable,
    isCentral,
    [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3,
      -4.17768164e-3, 2.46640727e-1, 1.50140941,
    ],
    [
      -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3,
      9.43887047e-3, 1.00167406, 2.83297682,
    ],
  );
  return withPoles(x, p);
}

function erfInv64(x: Expression): Expression {
  const w = gilesVariable(x);
  const root = w.sqrt();
  const central = polynomial(
    w.minus(3.125),
    [
      -3.64441206401782e-21, -1.6850591381820166e-19, 1.28584807152564e-18, 1.1157877678025181e-17,
      -1.333171662854621e-16, 2.0972767875968562e-17, 6.637638134358324e-15, -4.054566272975207e-14,
      -8.151934197605472e-14, 2.6335093153082323e-12, -1.2975133253453532e-11, -5.415412054294628e-11,
      1.0512122733215323e-9, -4.112633980346984e-9, -2.9070369957882005e-8, 4.2347877827932404e-7,
      -0.0000013654692000834679, -0.000013882523362786469, 0.00018673420803405714, -0.000740702534166267,
      -0.006033670871430149, 0.24015818242558962, 1.6536545626831027,
    ],
  );
  const middle = polynomial(
    root.minus(3.25),
    [
      2.2137376921775787e-9, 9.075656193888539e-8, -2.7517406297064545e-7, 1.8239629214389228e-8,
      0.0000015027403968909828, -0.000004013867526981546, 0.0000029234449089955446, 0.000012475304481671779,
      -0.000047318229009055734, 0.00006828485145957318, 0.000024031110387097894, -0.0003550375203628475,
      0.0009532893797373805, -0.0016882755560235047, 0.002491442096107851, -0.003751208507569241,
      0.005370914553590064, 1.0052589676941592, 3.0838856104922208,
    ],
  );
  const outer = polynomial(
    root.minus(5),
    [
      -2.7109920616438573e-11, -2.555641816996525e-10, 1.5076572693500548e-9, -3.789465440126737e-9,
      7.61570120807834e-9, -1.496002662714924e-8, 2.914795345090108e-8, -6.771199775845234e-8,
      2.2900482228026655e-7, -9.9298272942317e-7, 0.000004526062597223154, -0.00001968177810553167,
      0.00007599527703001776, -0.00021503011930044477, -0.00013871931833623122, 1.0103004648645344,
      4.849906401408584,
    ],
  );
  return withPoles(x, w.isLess(6.25).choose(central, w.isLess(16).choose(middle, outer)));
}

const is64 = (x: Expression): boolean => x.element === "f64";

export const erf = (x: Expression): Expression =>
  inWideFloats(x, (wide) => (is64(wide) ? erf64 : erf32)(wide));

export const erfc = (x: Expression): Expression =>
  inWideFloats(x, (wide) =>
    is64(wide)
      ? erfcOf(wide, erfNear64(wide), erfcFar64(wide))
      : erfcOf(wide, erfNear32(wide), erfcFar32(wide)),
  );

export const erfInv = (x: Expression): Expression =>
  inWideFloats(x, (wide) => (is64(wide) ? erfInv64 : erfInv32)(wide));
