/** @file Cases of code inside of ops: loops, branches, calls. */
import { type Case, drawn, one } from "./case.js";

/** A loop of 4 iterations that changes one carried value by another, by what it takes from around it and by its counter. */
const loop = (start: number, step: number, direction: string, bound: number): Case =>
  one(
    "stablehlo.while",
    [drawn("3xf64"), drawn("3xf64"), drawn("4x3xf64"), drawn("2xf64")],
    ["3xf64", "3xf64", "2xf64"],
    `  %start = stablehlo.constant dense<${start}> : tensor<i32>
  %step = stablehlo.constant dense<${step}> : tensor<i32>
  %bound = stablehlo.constant dense<${bound}> : tensor<i32>
  %zero = stablehlo.constant dense<0> : tensor<i32>
  %two = stablehlo.constant dense<2> : tensor<i32>
  %n, %r, %r1, %r2 = stablehlo.while(%i = %start, %h = %a0, %c = %a1, %same = %a3) : tensor<i32>, tensor<3xf64>, tensor<3xf64>, tensor<2xf64>
  cond {
    %more = stablehlo.compare ${direction}, %i, %bound : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %row = stablehlo.divide %i, %two : tensor<i32>
    %s = stablehlo.dynamic_slice %a2, %row, %zero, sizes = [1, 3] : (tensor<4x3xf64>, tensor<i32>, tensor<i32>) -> tensor<1x3xf64>
    %x = stablehlo.reshape %s : (tensor<1x3xf64>) -> tensor<3xf64>
    %p = stablehlo.multiply %h, %x : tensor<3xf64>
    %q = stablehlo.sine %p : tensor<3xf64>
    %hn = stablehlo.add %q, %c : tensor<3xf64>
    %g = stablehlo.multiply %hn, %a0 : tensor<3xf64>
    %cn = stablehlo.tanh %g : tensor<3xf64>
    %next = stablehlo.add %i, %step : tensor<i32>
    stablehlo.return %next, %hn, %cn, %same : tensor<i32>, tensor<3xf64>, tensor<3xf64>, tensor<2xf64>
  }`,
  );

const nested = one(
  "stablehlo.while",
  [drawn("2xf64"), drawn("2xf64")],
  ["2xf64"],
  `  %zero = stablehlo.constant dense<0> : tensor<i32>
  %one = stablehlo.constant dense<1> : tensor<i32>
  %three = stablehlo.constant dense<3> : tensor<i32>
  %n, %r = stablehlo.while(%i = %zero, %h = %a0) : tensor<i32>, tensor<2xf64>
  cond {
    %more = stablehlo.compare LT, %i, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %d = stablehlo.sine %h : tensor<2xf64>
    %isFirst = stablehlo.compare EQ, %i, %zero : (tensor<i32>, tensor<i32>) -> tensor<i1>
    %e = "stablehlo.if"(%isFirst) ({
      %u = stablehlo.multiply %d, %a1 : tensor<2xf64>
      stablehlo.return %u : tensor<2xf64>
    }, {
      %u = stablehlo.exponential %d : tensor<2xf64>
      %v = stablehlo.multiply %u, %u : tensor<2xf64>
      stablehlo.return %v : tensor<2xf64>
    }) : (tensor<i1>) -> tensor<2xf64>
    %m, %k = stablehlo.while(%j = %zero, %g = %e) : tensor<i32>, tensor<2xf64>
    cond {
      %more = stablehlo.compare GE, %i, %j : (tensor<i32>, tensor<i32>) -> tensor<i1>
      %some = stablehlo.compare LT, %j, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %some : tensor<i1>
    } do {
      %f = stablehlo.multiply %g, %d : tensor<2xf64>
      %l = stablehlo.cosine %f : tensor<2xf64>
      %next = stablehlo.add %j, %one : tensor<i32>
      stablehlo.return %next, %l : tensor<i32>, tensor<2xf64>
    }
    %next = stablehlo.add %i, %one : tensor<i32>
    stablehlo.return %next, %k : tensor<i32>, tensor<2xf64>
  }`,
);

/** A loop of 4 iterations by a bound that its condition works out from what it carries unchanged. */
const carriedBound = one(
  "stablehlo.while",
  [drawn("2xf64")],
  ["2xf64"],
  `  %zero = stablehlo.constant dense<0> : tensor<i32>
  %three = stablehlo.constant dense<3> : tensor<i32>
  %thirteen = stablehlo.constant dense<13> : tensor<i32>
  %n, %f, %l, %r = stablehlo.while(%i = %zero, %first = %three, %last = %thirteen, %h = %a0) : tensor<i32>, tensor<i32>, tensor<i32>, tensor<2xf64>
  cond {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %span = stablehlo.subtract %last, %first : tensor<i32>
    %most = stablehlo.divide %span, %first : tensor<i32>
    %bound = stablehlo.add %most, %one : tensor<i32>
    %more = stablehlo.compare LT, %i, %bound : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %next = stablehlo.add %i, %one : tensor<i32>
    %number = stablehlo.convert %next : (tensor<i32>) -> tensor<f64>
    %factor = stablehlo.broadcast_in_dim %number, dims = [] : (tensor<f64>) -> tensor<2xf64>
    %p = stablehlo.multiply %h, %factor : tensor<2xf64>
    %q = stablehlo.sine %p : tensor<2xf64>
    stablehlo.return %next, %first, %last, %q : tensor<i32>, tensor<i32>, tensor<i32>, tensor<2xf64>
  }`,
);

/** A loop that stacks what it computes, and reads the stack as it goes, or not. */
const stacking = (reads: boolean): Case =>
  one(
    "stablehlo.while",
    [drawn("2xf64"), drawn("2xf64")],
    ["2xf64", "3x2xf64"],
    `  %zero = stablehlo.constant dense<0> : tensor<i32>
  %one = stablehlo.constant dense<1> : tensor<i32>
  %three = stablehlo.constant dense<3> : tensor<i32>
  %none = stablehlo.constant dense<0.0> : tensor<3x2xf64>
  %start = stablehlo.constant dense<0.0> : tensor<f64>
  %n, %r, %r1 = stablehlo.while(%i = %zero, %h = %a0, %stack = %none) : tensor<i32>, tensor<2xf64>, tensor<3x2xf64>
  cond {
    %more = stablehlo.compare LT, %i, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %p = stablehlo.multiply %h, %a1 : tensor<2xf64>
    %s = stablehlo.sine %p : tensor<2xf64>
    %row = stablehlo.reshape %s : (tensor<2xf64>) -> tensor<1x2xf64>
    %written = stablehlo.dynamic_update_slice %stack, %row, %i, %zero : (tensor<3x2xf64>, tensor<1x2xf64>, tensor<i32>, tensor<i32>) -> tensor<3x2xf64>
    %sum = stablehlo.reduce(%written init: %start) applies stablehlo.add across dimensions = [0] : (tensor<3x2xf64>, tensor<f64>) -> tensor<2xf64>
    %q = stablehlo.add ${reads ? "%s, %sum" : "%s, %a1"} : tensor<2xf64>
    %next = stablehlo.add %i, %one : tensor<i32>
    stablehlo.return %next, %q, %written : tensor<i32>, tensor<2xf64>, tensor<3x2xf64>
  }`.replace(reads ? "" : /\n.*%sum = .*/, ""),
  );

const unrun = one(
  "stablehlo.while",
  [drawn("2xf64")],
  ["2xf64"],
  `  %zero = stablehlo.constant dense<0> : tensor<i32>
  %n, %r = stablehlo.while(%i = %zero, %h = %a0) : tensor<i32>, tensor<2xf64>
  cond {
    %more = stablehlo.compare LT, %i, %zero : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %next = stablehlo.add %i, %one : tensor<i32>
    %g = stablehlo.sine %h : tensor<2xf64>
    stablehlo.return %next, %g : tensor<i32>, tensor<2xf64>
  }`,
);

const choice = (index: number): Case =>
  one(
    "stablehlo.case",
    [`i32: ${index}`, drawn("3xf64"), drawn("3xf64")],
    ["3xf64", "3xf64"],
    `  %e = stablehlo.exponential %a1 : tensor<3xf64>
  %r, %r1 = "stablehlo.case"(%a0) ({
    %d = stablehlo.dot_general %e, %a2, contracting_dims = [0] x [0] : (tensor<3xf64>, tensor<3xf64>) -> tensor<f64>
    %s = stablehlo.broadcast_in_dim %d, dims = [] : (tensor<f64>) -> tensor<3xf64>
    %u = stablehlo.sine %s : tensor<3xf64>
    %t = stablehlo.multiply %u, %e : tensor<3xf64>
    stablehlo.return %t, %a2 : tensor<3xf64>, tensor<3xf64>
  }, {
    stablehlo.return %a1, %a1 : tensor<3xf64>, tensor<3xf64>
  }, {
    %d = stablehlo.dot_general %a2, %e, contracting_dims = [] x [] : (tensor<3xf64>, tensor<3xf64>) -> tensor<3x3xf64>
    %c = stablehlo.dot_general %d, %a1, contracting_dims = [1] x [0] : (tensor<3x3xf64>, tensor<3xf64>) -> tensor<3xf64>
    %s = stablehlo.tanh %c : tensor<3xf64>
    %t = stablehlo.multiply %s, %e : tensor<3xf64>
    stablehlo.return %t, %s : tensor<3xf64>, tensor<3xf64>
  }) : (tensor<i32>) -> (tensor<3xf64>, tensor<3xf64>)`,
  );

const branch = (predicate: number): Case =>
  one(
    "stablehlo.if",
    [`i1: ${predicate}`, drawn("3xf64")],
    ["3xf64"],
    `  %r = "stablehlo.if"(%a0) ({
    %s = stablehlo.sine %a1 : tensor<3xf64>
    %t = stablehlo.exponential %s : tensor<3xf64>
    stablehlo.return %t : tensor<3xf64>
  }, {
    %c = stablehlo.constant dense<1.0> : tensor<3xf64>
    stablehlo.return %c : tensor<3xf64>
  }) : (tensor<i1>) -> tensor<3xf64>`,
  );

/** A function called three times, once with a constant, and by another function. */
const calls: Case = {
  op: "func.call",
  inputs: [drawn("3xf64"), drawn("3xf64")],
  program: `func.func public @main(%a: tensor<3xf64>, %b: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %c = stablehlo.constant dense<[0.5, 1.0, 2.0]> : tensor<3xf64>
  %x:2 = call @pair(%a, %b) : (tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  %y:2 = call @pair(%x#0, %x#1) : (tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  %z:2 = call @pair(%c, %y#0) : (tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  %w = call @outer(%z#0) : (tensor<3xf64>) -> tensor<3xf64>
  return %w, %y#1 : tensor<3xf64>, tensor<3xf64>
}
func.func private @outer(%a: tensor<3xf64>) -> tensor<3xf64> {
  %s = stablehlo.sine %a : tensor<3xf64>
  %x:2 = call @pair(%s, %s) : (tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>)
  return %x#1 : tensor<3xf64>
}
func.func private @pair(%a: tensor<3xf64>, %b: tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
  %d = stablehlo.dot_general %a, %b, contracting_dims = [0] x [0] : (tensor<3xf64>, tensor<3xf64>) -> tensor<f64>
  %e = stablehlo.broadcast_in_dim %d, dims = [] : (tensor<f64>) -> tensor<3xf64>
  %f = stablehlo.add %a, %e : tensor<3xf64>
  %s = stablehlo.sine %f : tensor<3xf64>
  %p = stablehlo.multiply %s, %b : tensor<3xf64>
  %q = stablehlo.exponential %s : tensor<3xf64>
  return %p, %q : tensor<3xf64>, tensor<3xf64>
}`,
};

const composite: Case = {
  op: "stablehlo.composite",
  inputs: [drawn("3xf64")],
  program: `func.func public @main(%a: tensor<3xf64>) -> tensor<3xf64> {
  %0 = stablehlo.composite "my.op" %a {decomposition = @my_op} : (tensor<3xf64>) -> tensor<3xf64>
  return %0 : tensor<3xf64>
}
func.func private @my_op(%a: tensor<3xf64>) -> tensor<3xf64> {
  %s = stablehlo.sine %a : tensor<3xf64>
  %p = stablehlo.multiply %s, %s : tensor<3xf64>
  return %p : tensor<3xf64>
}`,
};

export const controlCases: readonly Case[] = [
  loop(0, 2, "LT", 7),
  loop(6, -2, "GE", 0),
  loop(0, 2, "NE", 8),
  loop(1, 2, "LE", 8),
  carriedBound,
  nested,
  stacking(true),
  stacking(false),
  unrun,
  ...[0, 1, 2, 7].map(choice),
  ...[0, 1].map(branch),
  calls,
  composite,
];
