/** @file compile on the CPU plugin: the same results as the interpreter's, buffers that stay there, nothing that is left open. */
import { expect, it } from "vitest";
import {
  axis,
  erf,
  exp,
  input,
  parameter,
  print,
  program,
  random,
  spec,
  state,
} from "../../../src/dsl/index.js";
import { compile } from "../../../src/engine/index.js";
import { Client } from "../../../src/runtime-pjrt/index.js";
import { useCpu } from "../../dsl/cpu.js";
import { held } from "../../runtime-pjrt/held.js";

const cpu = useCpu();
const n = axis("n", 4);

it("gives what the interpreter gives, parameters bound or not; what depends on them alone is computed once", async () => {
  const model = program(
    {
      name: "model",
      inputs: { x: spec([n], "f32"), seed: spec([], "ui32") },
      parameters: { w: spec([n], "f32") },
    },
    ({ x, seed }, { w }) => ({
      y: erf(print("x", x)).mul(exp(w)),
      drawn: random.uniform(random.key(seed), [n]),
    }),
  );
  const x = [0, 0.5, 1, -1];
  const parameters = { w: [0, 1, 2, 3] };
  await using interpreted = await compile(model, { on: "interpreter", parameters, onPrint: () => undefined });
  await using bound = await compile(model, { client: cpu.client, parameters });
  await using open = await compile(model, { client: cpu.client });
  const expected = await interpreted({ x, seed: 42 });
  const results = [await bound({ x, seed: 42 }), await open({ x, seed: 42, ...parameters })];
  for (const { y, drawn } of results) {
    expect(drawn).toEqual(expected.drawn);
    expect(Array.from(y.data)).toEqual(Array.from(expected.y.data, (value) => expect.closeTo(value, 5)));
  }
  expect(bound.interface.arguments.map(({ role }) => role)).toEqual(["input", "input", "parameter"]);
});

it("keeps states on the device, and hands outputs on as they lie there", async () => {
  const running = program({ name: "running" }, () => {
    const sum = state("sum", [n], "f32");
    const next = sum.value.add(input("x", [n], "f32").mul(parameter("scale", [], "f32")));
    sum.update(next);
    return { next };
  });
  await using f = await compile(running, { client: cpu.client, parameters: { scale: 2 } });
  const first = await f.onDevice({ x: [1, 2, 3, 4] });
  const { next } = await f({ x: first.next! });
  expect(next.data).toEqual(Float32Array.of(6, 12, 18, 24));
  expect((await f.states()).sum!.data).toEqual(Float32Array.of(6, 12, 18, 24));
  first.next!.close();
});

it("refuses a buffer of another client before the states are used", async () => {
  const counting = program({ name: "counting" }, () => {
    const sum = state("sum", [], "f32");
    const next = sum.value.add(input("x", [], "f32"));
    sum.update(next);
    return { next };
  });
  await using f = await compile(counting, { client: cpu.client });
  await f({ x: 2 });
  const other = await Client.create(cpu.client.plugin, {});
  try {
    const x = await other.toDevice({ elementType: "f32", dimensions: [], data: new Uint8Array(4) });
    await expect(f({ x })).rejects.toThrow("a tensor of another place");
  } finally {
    await other.close();
  }
  expect((await f({ x: 3 })).next!.data).toEqual(Float32Array.of(5));
});

it("is given up by a signal: a call that has begun goes on, one that waits for it does not begin, and nothing stays", async () => {
  const counting = program({ name: "counting" }, () => {
    const sum = state("sum", [], "f32");
    const next = sum.value.add(input("x", [], "f32"));
    sum.update(next);
    return { next };
  });
  const { signal } = new AbortController();
  await using f = await compile(counting, { client: cpu.client, signal });
  await f({ x: 1 }, { signal });
  const before = await held(cpu.client);
  const stop = new AbortController();
  const begun = f.onDevice({ x: 10 }, { signal: stop.signal });
  const waiting = [
    f({ x: 100 }, { signal: stop.signal }),
    f.states({ signal: stop.signal }),
    f.reset({ signal: stop.signal }),
  ];
  const outcomes = Promise.allSettled([begun, ...waiting]);
  // The first has begun when its turn comes.
  await Promise.resolve();
  await Promise.resolve();
  stop.abort();
  const texts = (await outcomes).map((outcome) => String((outcome as PromiseRejectedResult).reason));
  for (const [i, what] of ["a call", "a call", "states", "reset"].entries())
    expect(texts[i]).toMatch(
      new RegExp(
        `^AbortedError: aborted: ${what} of counting was aborted after \\d+ ms\\n {2}hint: {5}if it has begun, it goes on to its end: `,
      ),
    );
  expect((await f.states()).sum!.data).toEqual(Float32Array.of(11));
  await expect.poll(() => held(cpu.client)).toEqual(before);
  await expect(f.call({ x: 1 }, { signal: AbortSignal.abort() })).rejects.toThrow(
    "a call of counting was aborted after 0 ms",
  );
  const compiling = compile(counting, { client: cpu.client, signal: AbortSignal.abort() });
  await expect(compiling).rejects.toThrow(/^aborted: compile was aborted/);
});
