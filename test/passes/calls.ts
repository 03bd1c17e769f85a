/** @file Programs whose functions call each other. */

const f = "tensor<4xf32>";

/** `@main`, and `levels` functions that each call the next so often; the last computes a sine. */
export function calls(levels: number, times: number): string {
  const functions = Array.from({ length: levels }, (_, i) => {
    const lines = Array.from(
      { length: times },
      (_, j) => `  %${j + 1} = call @f${i + 1}(%${j}) : (${f}) -> ${f}`,
    );
    return `func.func private @f${i}(%0: ${f}) -> ${f} {\n${lines.join("\n")}\n  return %${times} : ${f}\n}`;
  });
  return `
func.func @main(%x: ${f}) -> ${f} {
  %0 = call @f0(%x) : (${f}) -> ${f}
  %1 = call @f0(%x) : (${f}) -> ${f}
  %2 = call @f0(%x) : (${f}) -> ${f}
  %3 = stablehlo.add %0, %1 : ${f}
  return %3 : ${f}
}
${functions.join("\n")}
func.func private @f${levels}(%x: ${f}) -> ${f} {
  %0 = stablehlo.sine %x : ${f}
  return %0 : ${f}
}`;
}
