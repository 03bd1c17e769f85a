/** @file Programs that have much of one thing: as text, by how much of it they have. */

const count = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

const list = (n: number, item: (i: number) => string, separator = ", "): string =>
  count(n).map(item).join(separator);

const lines = (n: number, line: (i: number) => string): string => list(n, line, "\n");

const F = "tensor<f32>";

/** A function of one number around lines. */
const main = (body: string, result = "%x"): string =>
  `func.func @main(%x: ${F}) -> ${F} {\n${body}\nreturn ${result} : ${F}\n}`;

const each = (n: number, type: string): string => list(n, () => type);

/** Those of an op with as many operands of a number. */
const same = (n: number): string => list(n, () => "%x");

export const shapes: Readonly<Record<string, (n: number) => string>> = {
  "arguments of @main": (n) =>
    `func.func @main(${list(n, (i) => `%a${i}: ${F}`)}) -> ${F} {\nreturn %a0 : ${F}\n}`,
  "arguments with attributes": (n) =>
    `func.func @main(${list(n, (i) => `%a${i}: ${F} {jax.arg_info = "a${i}"}`)}) -> ${F} {\nreturn %a0 : ${F}\n}`,
  "results of @main": (n) =>
    `func.func @main(%x: ${F}) -> (${each(n, F)}) {\nreturn ${same(n)} : ${each(n, F)}\n}`,
  "operations, each of the one before": (n) =>
    main(
      lines(n, (i) => `%v${i} = stablehlo.cosine %${i === 0 ? "x" : `v${i - 1}`} : ${F}`),
      `%v${n - 1}`,
    ),
  "operations of one value": (n) => main(lines(n, (i) => `%v${i} = stablehlo.cosine %x : ${F}`)),
  "equal constants, each with a use": (n) =>
    main(
      lines(
        n,
        (i) =>
          `%c${i} = stablehlo.constant dense<1.0> : ${F}\n%v${i} = stablehlo.add %${i === 0 ? "x" : `v${i - 1}`}, %c${i} : ${F}`,
      ),
      `%v${n - 1}`,
    ),
  "different constants": (n) => main(lines(n, (i) => `%c${i} = stablehlo.constant dense<${i}.5> : ${F}`)),
  "types, each of another size": (n) =>
    main(lines(n, (i) => `%c${i} = stablehlo.constant dense<1.5> : tensor<${i + 1}xf32>`)),
  "functions, each called": (n) =>
    `${lines(n, (i) => `func.func private @f${i}(%x: ${F}) -> ${F} {\nreturn %x : ${F}\n}`)}\n${main(
      lines(n, (i) => `%v${i} = func.call @f${i}(%x) : (${F}) -> ${F}`),
    )}`,
  "calls of one function": (n) =>
    `func.func private @f(%x: ${F}) -> ${F} {\n%y = stablehlo.sine %x : ${F}\nreturn %y : ${F}\n}\n${main(
      lines(n, (i) => `%v${i} = func.call @f(%x) : (${F}) -> ${F}`),
    )}`,
  "functions, each called by the one before": (n) =>
    `${lines(
      n,
      (i) =>
        `func.func private @f${i}(%x: ${F}) -> ${F} {\n%y = func.call @f${i + 1}(%x) : (${F}) -> ${F}\nreturn %y : ${F}\n}`,
    )}\nfunc.func private @f${n}(%x: ${F}) -> ${F} {\nreturn %x : ${F}\n}\n${main(`%v = func.call @f0(%x) : (${F}) -> ${F}`)}`,
  "operands and results of a call": (n) =>
    `func.func private @f(${list(n, (i) => `%a${i}: ${F}`)}) -> (${each(n, F)}) {\nreturn ${list(n, (i) => `%a${i}`)} : ${each(n, F)}\n}\n${main(
      `%v:${n} = func.call @f(${same(n)}) : (${each(n, F)}) -> (${each(n, F)})`,
      "%v#0",
    )}`,
  "attributes of a module": (n) =>
    `module @m attributes {${list(n, (i) => `jax.a${i} = ${i} : i32`)}} {\n${main("")}\n}`,
  "attributes of a dictionary": (n) =>
    main(
      `%v = stablehlo.cosine %x {mhlo.frontend_attributes = {${list(n, (i) => `a${i} = "${i}"`)}}} : ${F}`,
    ),
  "operations with attributes": (n) =>
    main(lines(n, (i) => `%v${i} = stablehlo.cosine %x {mhlo.frontend_attributes = {a = "${i}"}} : ${F}`)),
  "places, each of a file": (n) =>
    main(lines(n, (i) => `%v${i} = stablehlo.cosine %x : ${F} loc("f${i}.py":${i + 1}:1)`)),
  "places of one operation": (n) =>
    main(`%v = stablehlo.cosine %x : ${F} loc(fused[${list(n, (i) => `"f${i}.py":1:1`)}])`),
  "names of places": (n) =>
    `${lines(n, (i) => `#loc${i} = loc("f.py":${i + 1}:1)`)}\n${main(
      lines(n, (i) => `%v${i} = stablehlo.cosine %x : ${F} loc(#loc${i})`),
    )}`,
  "names of attributes": (n) =>
    `${lines(n, (i) => `#a${i} = "text ${i}"`)}\n${main(
      lines(n, (i) => `%v${i} = stablehlo.cosine %x {jax.a = #a${i}} : ${F}`),
    )}`,
  "branches of a case": (n) =>
    `func.func @main(%i: tensor<i32>, %x: ${F}) -> ${F} {\n%r = "stablehlo.case"(%i) (${list(
      n,
      () => `{\n"stablehlo.return"(%x) : (${F}) -> ()\n}`,
    )}) : (tensor<i32>) -> ${F}\nreturn %r : ${F}\n}`,
  "ifs, one after the other": (n) =>
    `func.func @main(%p: tensor<i1>, %x: ${F}) -> ${F} {\n${lines(
      n,
      (i) => `%v${i} = "stablehlo.if"(%p) ({
        %y = stablehlo.sine %x : ${F}
        "stablehlo.return"(%y) : (${F}) -> ()
      }, {
        "stablehlo.return"(%x) : (${F}) -> ()
      }) : (tensor<i1>) -> ${F}`,
    )}\nreturn %x : ${F}\n}`,
  "results of a case, all returned": (n) =>
    `func.func @main(%i: tensor<i32>, ${list(n, (i) => `%a${i}: ${F}`)}) -> (${each(n, F)}) {\n%r:${n} = "stablehlo.case"(%i) ({\n"stablehlo.return"(${list(n, (i) => `%a${i}`)}) : (${each(n, F)}) -> ()\n}) : (tensor<i32>) -> (${each(n, F)})\nreturn ${list(n, (i) => `%r#${i}`)} : ${each(n, F)}\n}`,
  "values that a loop carries": (n) =>
    main(
      `%r:${n} = "stablehlo.while"(${same(n)}) ({
        ^bb0(${list(n, (i) => `%a${i}: ${F}`)}):
          %p = stablehlo.compare LT, %a0, %x : (${F}, ${F}) -> tensor<i1>
          "stablehlo.return"(%p) : (tensor<i1>) -> ()
      }, {
        ^bb0(${list(n, (i) => `%a${i}: ${F}`)}):
          "stablehlo.return"(${list(n, (i) => `%a${i}`)}) : (${each(n, F)}) -> ()
      }) : (${each(n, F)}) -> (${each(n, F)})`,
      "%r#0",
    ),
  "members of a tuple": (n) =>
    main(
      `%t = stablehlo.tuple ${same(n)} : tuple<${each(n, F)}>\n${lines(
        Math.min(n, 20),
        (i) =>
          `%v${i} = "stablehlo.get_tuple_element"(%t) {index = ${i} : i32} : (tuple<${each(n, F)}>) -> ${F}`,
      )}`,
    ),
  "operands of a concatenation": (n) =>
    `func.func @main(%x: tensor<1xf32>) -> tensor<${n}xf32> {\n%r = "stablehlo.concatenate"(${same(n)}) {dimension = 0 : i64} : (${each(n, "tensor<1xf32>")}) -> tensor<${n}xf32>\nreturn %r : tensor<${n}xf32>\n}`,
  "operands of a sort": (n) =>
    `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n%r:${n} = "stablehlo.sort"(${same(n)}) ({
        ^bb0(${list(2 * n, (i) => `%a${i}: ${F}`)}):
          %p = stablehlo.compare LT, %a0, %a1 : (${F}, ${F}) -> tensor<i1>
          "stablehlo.return"(%p) : (tensor<i1>) -> ()
      }) {dimension = 0 : i64, is_stable = true} : (${each(n, "tensor<4xf32>")}) -> (${each(n, "tensor<4xf32>")})\nreturn %r#0 : tensor<4xf32>\n}`,
  "operands of a reduction": (n) =>
    `func.func @main(%y: tensor<4xf32>, %x: ${F}) -> ${F} {\n%r:${n} = "stablehlo.reduce"(${list(n, () => "%y")}, ${same(n)}) ({
        ^bb0(${list(2 * n, (i) => `%a${i}: ${F}`)}):
          "stablehlo.return"(${list(n, (i) => `%a${i}`)}) : (${each(n, F)}) -> ()
      }) {dimensions = array<i64: 0>} : (${each(n, "tensor<4xf32>")}, ${each(n, F)}) -> (${each(n, F)})\nreturn %r#0 : ${F}\n}`,
  "values of a barrier": (n) =>
    main(`%r:${n} = stablehlo.optimization_barrier ${same(n)} : ${each(n, F)}`, "%r#0"),
  "operands of a custom call": (n) =>
    main(`%v = stablehlo.custom_call @annotate(${same(n)}) : (${each(n, F)}) -> ${F}`, "%v"),
  "operands of a composite": (n) =>
    `func.func private @f(${list(n, (i) => `%a${i}: ${F}`)}) -> ${F} {\nreturn %a0 : ${F}\n}\n${main(
      `%v = stablehlo.composite "a.b" ${same(n)} {decomposition = @f} : (${each(n, F)}) -> ${F}`,
      "%v",
    )}`,
  "numbers of a constant": (n) =>
    main(`%c = stablehlo.constant dense<[${list(n, (i) => `${i}.5`)}]> : tensor<${n}xf32>`),
  "bytes of a constant": (n) =>
    main(`%c = stablehlo.constant dense<"0x${"0000c03f".repeat(n)}"> : tensor<${n}xf32>`),
  "numbers of an array": (n) =>
    main(`%v = stablehlo.cosine %x {jax.a = array<i64: ${list(n, (i) => `${i}`)}>} : ${F}`),
  "items of a list": (n) => main(`%v = stablehlo.cosine %x {jax.a = [${list(n, (i) => `"${i}"`)}]} : ${F}`),
  "groups of replicas": (n) =>
    `module @m attributes {mhlo.num_replicas = ${n} : i32, mhlo.num_partitions = 1 : i32} {\n${main(
      `%v = "stablehlo.all_reduce"(%x) ({
        ^bb0(%a: ${F}, %b: ${F}):
          %s = stablehlo.add %a, %b : ${F}
          "stablehlo.return"(%s) : (${F}) -> ()
      }) {replica_groups = dense<[${list(n, (i) => `[${i}]`)}]> : tensor<${n}x1xi64>} : (${F}) -> ${F}`,
      "%v",
    )}\n}`,
  "axes of a mesh": (n) => `sdy.mesh @mesh = <[${list(n, (i) => `"a${i}"=1`)}]>\n${main("")}`,
  "devices of a mesh": (n) =>
    `sdy.mesh @mesh = <["a"=${n}], device_ids=[${list(n, (i) => `${n - 1 - i}`)}]>\n${main("")}`,
  meshes: (n) => `${lines(n, (i) => `sdy.mesh @mesh${i} = <["a"=2]>`)}\n${main("")}`,
  "axes of a sharding": (n) =>
    `sdy.mesh @mesh = <[${list(n, (i) => `"a${i}"=1`)}]>\nfunc.func @main(%x: tensor<4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{${list(n, (i) => `"a${i}"`)}}]>}) -> tensor<4xf32> {\nreturn %x : tensor<4xf32>\n}`,
  shardings: (n) =>
    `sdy.mesh @mesh = <["a"=2]>\nfunc.func @main(${list(n, (i) => `%a${i}: tensor<4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"a"}]>}`)}) -> tensor<4xf32> {\nreturn %a0 : tensor<4xf32>\n}`,
  "bytes of a text": (n) => main(`%v = stablehlo.cosine %x {jax.a = "${"a".repeat(n)}"} : ${F}`),
  "escapes of a text": (n) => main(`%v = stablehlo.cosine %x {jax.a = "${"\\0A".repeat(n)}"} : ${F}`),
  "letters of a name": (n) => main(`%${"a".repeat(n)} = stablehlo.cosine %x : ${F}`),
  "names that differ in their end": (n) =>
    main(lines(n, (i) => `%${"v".repeat(8)}_${i} = stablehlo.cosine %x : ${F}`)),
  comments: (n) => main(lines(n, (i) => `// ${i}`)),
  "letters of a comment": (n) => main(`// ${"a".repeat(n)}`),
  "empty lines": (n) => main("\n".repeat(n)),
};
