/** @file Compiling and running. */
import { type Check, checks, holds, rejects, same, SkippedCheck, withTopologyCompiler } from "./check.js";
import { addition, four, run, sumOverReplicas, vector } from "./programs.js";

export const PROGRAM_CHECKS: readonly Check[] = [
  ...checks("compile", {
    "StableHLO as text": async ({ client }) => {
      using executable = await client().compile(addition());
      same(executable.program.results, [vector], "results");
    },
    "a syntax error has a place": ({ client }) =>
      rejects(() => client().compile({ ...addition(), program: "module {\n  nonsense\n}" }), /:2:3/),
    "an unknown format is refused": ({ client }) =>
      rejects(
        () => client().compile({ ...addition(), format: "invalid" as "mlir" }),
        /[Uu]nknown program format/,
      ),
    "an unknown flag is refused": ({ client }) =>
      rejects(
        () => client().compile({ ...addition(), options: { flags: { xla_no_such_flag: true } } }),
        /xla_no_such_flag/,
      ),
    "optimised HLO": async ({ client }) => {
      using executable = await client().compile(addition());
      const opcodes = executable.program
        .optimizedHlo()
        ?.computations.flatMap((c) => c.instructions.map((i) => i.opcode));
      holds(opcodes?.includes("add") === true, `opcodes ${opcodes?.join(", ")}`);
    },
    "the fingerprint stays": async ({ client }) => {
      using first = await client().compile(addition());
      using second = await client().compile(addition());
      same(second.program.fingerprint, first.program.fingerprint);
    },
    "name, replicas and partitions": async ({ client }) => {
      using executable = await client().compile(addition());
      holds(executable.program.name !== "", "no name");
      same([executable.program.replicas, executable.program.partitions], [1, 1]);
    },
    "memory of a run": async ({ client }) => {
      using executable = await client().compile(addition());
      const { arguments: inputs, results } = executable.program.memoryStats();
      same([inputs, results], [32, 16]);
    },
    "cost analysis": async ({ client }) => {
      using executable = await client().compile(addition());
      same(executable.program.costAnalysis().flops, 4);
    },
    "memory kinds of results": async ({ client }) => {
      using executable = await client().compile(addition());
      same(executable.program.resultMemoryKinds.length, 1);
    },
    "memory kinds of arguments": async ({ client }) => {
      using executable = await client().compile(addition());
      same(executable.program.argumentMemoryKinds(2).length, 2);
    },
    "layouts of arguments and results": async ({ client }) => {
      using executable = await client().compile(addition());
      same(executable.program.resultLayouts.length, 1);
      same(executable.program.argumentLayouts.length, 2);
    },
    "the options come back": async ({ client }) => {
      using executable = await client().compile(addition());
      same(executable.program.compileOptions.executableBuildOptions?.numReplicas, 1n);
    },
    "serialised and loaded": async ({ client }) => {
      using executable = await client().compile(addition());
      using loaded = await client().deserialize(executable.program.serialize(), executable.signature);
      same(await run(client(), loaded, four(1, 2, 3, 4), four(1, 1, 1, 1)), [2, 3, 4, 5]);
    },
    "cut bytes are refused": async ({ client }) => {
      using executable = await client().compile(addition());
      const bytes = executable.program.serialize().subarray(0, 64);
      await rejects(() => client().deserialize(bytes, executable.signature), /^PJRT /);
    },
    "for the client's topology, then loaded": async ({ client }) => {
      using program = await withTopologyCompiler(() => client().topology.compile(addition()));
      using executable = client().load(program);
      same(await run(client(), executable, four(1, 2, 3, 4), four(1, 1, 1, 1)), [2, 3, 4, 5]);
    },
  }),
  ...checks("execute", {
    "gives the right result": async ({ client }) => {
      using executable = await client().compile(addition());
      same(await run(client(), executable, four(1, 2, 3, 4), four(10, 20, 30, 40)), [11, 22, 33, 44]);
    },
    "donation reuses the memory": async ({ client }) => {
      using executable = await client().compile(addition(true));
      const a = await client().toDevice(four(1, 2, 3, 4));
      using b = await client().toDevice(four(1, 1, 1, 1));
      await a.ready;
      const before = a.unsafePointer;
      const [sum] = await executable.execute([a, b]);
      await sum!.ready;
      same([a.state, sum!.unsafePointer], ["donated", before]);
      sum!.close();
    },
    "what is not donated stays": async ({ client }) => {
      const { program, signature } = addition(true);
      using executable = await client().compile({
        program,
        signature: { ...signature, arguments: [vector, vector] },
      });
      using a = await client().toDevice(four(1, 2, 3, 4));
      const [sum] = await executable.execute([a, a]);
      same([...new Float32Array((await a.toHost()).buffer)], [1, 2, 3, 4]);
      sum!.close();
    },
    "two replicas add up": async ({ client }) => {
      if (client().devices.length < 2) throw new SkippedCheck("one device only");
      using executable = await client().compile(sumOverReplicas);
      const inputs = await Promise.all(
        executable.devices.map((target, i) => client().toDevice(four(i, i, i, i), { target })),
      );
      const results = await executable.executeOnAll(inputs.map((input) => [input]));
      for (const [result] of results)
        same([...new Float32Array((await result!.toHost()).buffer)], [1, 1, 1, 1]);
      for (const buffer of [...inputs, ...results.flat()]) buffer.close();
    },
    "a portable program runs where its arguments are": async ({ client }) => {
      using executable = await client().compile({ ...addition(), options: { portable: true } });
      same(await run(client(), executable, four(1, 2, 3, 4), four(1, 1, 1, 1)), [2, 3, 4, 5]);
    },
    "twenty runs one after the other": async ({ client }) => {
      using executable = await client().compile(addition(true));
      using one = await client().toDevice(four(1, 1, 1, 1));
      let state = await client().toDevice(four(0, 0, 0, 0));
      for (let i = 0; i < 20; i++) [state] = (await executable.execute([state, one])) as [typeof state];
      same([...new Float32Array((await state.toHost()).buffer)], [20, 20, 20, 20]);
      state.close();
    },
  }),
];
