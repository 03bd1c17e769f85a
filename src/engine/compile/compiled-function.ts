/** @file A program as a function: arguments by name in, results by name out. */
import type { DType, TracedProgram } from "../../dsl/index.js";
import type { Argument, Interface, Result, ResultRole } from "../../program/index.js";
import { hostBytes } from "../../runtime-pjrt/index.js";
import { closeAll } from "../../serving/index.js";
import { type SourcePosition, UsageError } from "../../support/errors.js";
import { checkNotAborted, type WaitOptions, WAIT_OPTIONS, waitFor } from "../../support/wait.js";
import { bindArguments, declarations } from "./bind-arguments.js";
import {
  DeviceTensor,
  type DeviceTensorsOf,
  type GivenOf,
  type HeldMemory,
  type HostTensor,
  type HostTensorsOf,
} from "./host-tensor.js";
import type { Memories, Place, RunResults } from "./place.js";
import { checkOptions } from "../../support/options.js";

/** All that a call gives, in host memory. */
export interface CallResults<O> {
  readonly outputs: HostTensorsOf<O>;
  /** What states hold after it; empty where they are kept inside. */
  readonly states: Readonly<Record<string, HostTensor>>;
  /** What the author named with `probe`, of a program that was traced with them. */
  readonly probes: Readonly<Record<string, HostTensor>>;
}

/**
 * A compiled program. Call it any number of times, also before an earlier call has ended: calls that share states inside follow each other, and
 * typed arrays that a call is given must stay as they are until it has ended. Close it, or declare it with `await using`.
 */
export interface CompiledFunction<A, O> extends AsyncDisposable {
  /**
   * Runs it: `const { y } = await f({ x })`.
   * @throws UsageError with all arguments that do not fit, each with the line that declares it; PjrtError; InterpretError; AbortedError when the
   * caller gives up: a call that has begun goes on to its end, and one that waits for others does not begin
   */
  (given: GivenOf<A>, wait?: WaitOptions): Promise<HostTensorsOf<O>>;
  /** Runs it, and gives states and probes too. */
  call(given: GivenOf<A>, wait?: WaitOptions): Promise<CallResults<O>>;
  /** Runs it, and leaves the outputs where they are, for other calls. The caller closes them. */
  onDevice(given: GivenOf<A>, wait?: WaitOptions): Promise<DeviceTensorsOf<O>>;
  /** What it takes and gives. */
  readonly interface: Interface;
  /** What the states hold that are kept inside. */
  states(wait?: WaitOptions): Promise<Readonly<Record<string, HostTensor>>>;
  /** States that are kept inside become zeros, as at first. */
  reset(wait?: WaitOptions): Promise<void>;
  /** Frees everything, when calls under way have ended. */
  close(): Promise<void>;
}

/** What a function is made of. */
interface FunctionParts {
  readonly program: TracedProgram;
  readonly place: Place;
  /** Whether parameters were bound before. */
  readonly bound: boolean;
  /** Whether states stay here, or are arguments and results of each call. */
  readonly statesInside: boolean;
  /** What states begin with that do not begin as zeros. */
  readonly initial: Memories;
}

/** What becomes of a call that is given up. */
const GOES_ON =
  "if it has begun, it goes on to its end: what it makes is freed, and states that are kept inside are those after it";

type Wanted = readonly { readonly argument: Argument; readonly where: SourcePosition | undefined }[];

/** What runs a program; `compile` hands it out as a function. */
export class FunctionRunner {
  readonly #wanted: Wanted;
  /** States that are kept inside; undefined once a run that used them up has failed. */
  #states: Memories | undefined;
  #used = false;
  /** The last of the runs that follow each other. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(private readonly parts: FunctionParts) {
    const { program, bound, statesInside } = parts;
    const places = declarations(program);
    this.#wanted = program.arguments
      .map((argument, i) => ({ argument, where: places[i] }))
      .filter(
        ({ argument: { role } }) => role === "input" || (role === "parameter" ? !bound : !statesInside),
      );
  }

  /** Whether states stay here. */
  get keepsStates(): boolean {
    return this.parts.statesInside;
  }

  get interface(): Interface {
    return this.parts.program;
  }

  /** One run; `finish` gets its results, and closes what it does not hand on. */
  run<T>(
    given: object,
    wait: WaitOptions,
    finish: (results: RunResults) => Promise<T>,
    release?: (late: T) => void,
  ): Promise<T> {
    return this.#waitFor("a call", wait, () => this.#run(given, finish, wait), release);
  }

  #waitFor<T>(
    what: string,
    wait: WaitOptions,
    work: () => Promise<T>,
    release?: (late: T) => void,
  ): Promise<T> {
    return waitFor(`${what} of ${this.parts.program.name}`, wait, work, release, GOES_ON);
  }

  async #run<T>(given: object, finish: (results: RunResults) => Promise<T>, wait: WaitOptions): Promise<T> {
    this.#checkOpen();
    const { place, program, statesInside } = this.parts;
    const holds = (memory: HeldMemory): boolean => place.holds(memory);
    const bound = bindArguments(
      program.name,
      this.#wanted,
      given as Readonly<Record<string, unknown>>,
      holds,
      program.arguments,
    );
    const keeps =
      statesInside && [...program.arguments, ...program.results].some(({ role }) => role === "state");
    if (keeps) return this.#inTurn(() => this.#runOnce(bound, finish), wait);
    const work = this.#runOnce(bound, finish);
    this.#track(work);
    return work;
  }

  /** What reads or changes the states inside, after all of that kind which was asked for before. */
  #inTurn<T>(begin: () => Promise<T>, wait: WaitOptions): Promise<T> {
    const work = this.#last.then(() => {
      checkNotAborted("a call", wait);
      return begin();
    });
    this.#last = this.#track(work);
    return work;
  }

  /** Lets `close` wait for work; settles with it, and never fails. */
  #track(work: Promise<unknown>): Promise<unknown> {
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(ended);
    ended.finally(() => this.#running.delete(ended));
    return ended;
  }

  async #runOnce<T>(
    bound: ReturnType<typeof bindArguments>,
    finish: (results: RunResults) => Promise<T>,
  ): Promise<T> {
    const { place, statesInside } = this.parts;
    const own: HeldMemory[] = [];
    const given = {
      input: new Map<string, HeldMemory>(),
      parameter: new Map<string, HeldMemory>(),
      state: new Map<string, HeldMemory>(),
    };
    try {
      for (const { argument, value } of bound) {
        const memory = "memory" in value ? value.memory : await place.upload(argument, value.bytes);
        if ("bytes" in value) own.push(memory);
        given[argument.role as "input"].set(argument.name, memory);
      }
      const states = statesInside ? await this.#takeStates() : given.state;
      // Those that the run does not donate: of a run that fails, and of a program that begins anew each time.
      if (statesInside) own.push(...states.values());
      const results = await place.run({ inputs: given.input, parameters: given.parameter, states });
      if (statesInside) this.#states = results.state;
      return await finish(results);
    } finally {
      closeAll(own);
    }
  }

  /** The states for a run, which uses them up: if it fails, there are none. */
  async #takeStates(): Promise<Memories> {
    const states = await this.#heldStates();
    this.#states = undefined;
    this.#used = true;
    return states;
  }

  async #heldStates(): Promise<Memories> {
    if (this.#states !== undefined) return this.#states;
    const wanted = this.parts.program.arguments.filter(({ role }) => role === "state");
    if (this.#used && wanted.length > 0) {
      throw new UsageError({
        message: `the states of ${this.parts.program.name} went with a call that failed`,
        hint: "begin again from zeros: reset()",
      });
    }
    const { initial, place } = this.parts;
    const zeros = new Map<string, HeldMemory>();
    try {
      for (const argument of wanted.filter(({ name }) => !initial.has(name)))
        zeros.set(argument.name, await place.upload(argument, new Uint8Array(hostBytes(argument))));
    } catch (error) {
      closeAll(zeros.values());
      throw error;
    }
    this.#states = new Map([...initial, ...zeros]);
    return this.#states;
  }

  /** What the states hold, when the calls before have ended. */
  states(wait: WaitOptions = {}): Promise<Readonly<Record<string, HostTensor>>> {
    return this.#waitFor("states", wait, async () => {
      this.#checkOpen();
      if (!this.parts.statesInside) return {};
      return this.#inTurn(async () => this.toHost("state", await this.#heldStates()), wait);
    });
  }

  reset(wait: WaitOptions = {}): Promise<void> {
    return this.#waitFor("reset", wait, async () => {
      this.#checkOpen();
      await this.#inTurn(async () => this.#forget(), wait);
    });
  }

  #forget(): void {
    if (this.parts.initial.size > 0) {
      throw new UsageError({
        message: `what ${this.parts.program.name} began with is gone`,
        got: `updated parameters: ${[...this.parts.initial.keys()].join(", ")}`,
        hint: "compile it again",
      });
    }
    closeAll(this.#states?.values() ?? []);
    this.#states = undefined;
    this.#used = false;
  }

  /** Results of a role as tensors in host memory. */
  async toHost(role: ResultRole, memories: Memories): Promise<Readonly<Record<string, HostTensor>>> {
    const entries = await Promise.all(
      this.#tensors(role, memories).map(async ([name, tensor]) => [name, await tensor.toHost()] as const),
    );
    return Object.fromEntries(entries);
  }

  /** Results of a role as they are. */
  onDevice(role: ResultRole, memories: Memories): Readonly<Record<string, DeviceTensor>> {
    return Object.fromEntries(this.#tensors(role, memories));
  }

  #tensors(role: ResultRole, memories: Memories): readonly (readonly [string, DeviceTensor])[] {
    const { program } = this.parts;
    const known: readonly (Result | Argument)[] = [
      ...program.results.filter((result) => result.role === role),
      ...program.arguments.filter((argument) => argument.role === role),
    ];
    return [...memories].map(([name, memory]) => {
      const { axes, elementType } = known.find((each) => each.name === name)!;
      return [name, new DeviceTensor(axes, elementType as DType, memory)] as const;
    });
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new UsageError({
        message: `${this.parts.program.name} is closed`,
        hint: "call it before it is closed",
      });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#running);
    closeAll(this.#states?.values() ?? (this.#used ? [] : this.parts.initial.values()));
    await this.parts.place.close();
  }
}

/** The runner as a function of its arguments. */
export function asFunction<A, O>(runner: FunctionRunner): CompiledFunction<A, O> {
  const call = (given: object, wait: WaitOptions = {}): Promise<CallResults<O>> =>
    runner.run(given, wait, async ({ output, state, probe }) => {
      const inside = runner.keepsStates;
      try {
        return {
          outputs: (await runner.toHost("output", output)) as unknown as HostTensorsOf<O>,
          states: inside ? {} : await runner.toHost("state", state),
          probes: await runner.toHost("probe", probe),
        };
      } finally {
        closeAll([...output.values(), ...probe.values(), ...(inside ? [] : state.values())]);
      }
    });
  const onDevice = async (given: object, wait: WaitOptions = {}): Promise<DeviceTensorsOf<O>> => {
    const finish = async ({ output, state, probe }: RunResults) => {
      closeAll([...probe.values(), ...(runner.keepsStates ? [] : state.values())]);
      return runner.onDevice("output", output);
    };
    const tensors = await runner.run(given, wait, finish, (late) => closeAll(Object.values(late)));
    return tensors as unknown as DeviceTensorsOf<O>;
  };
  const checked = (wait: WaitOptions | undefined): WaitOptions | undefined => {
    checkOptions("a compiled function", wait, WAIT_OPTIONS);
    return wait;
  };
  return Object.assign(
    async (given: object, wait?: WaitOptions) => (await call(given, checked(wait))).outputs,
    {
      call: async (given: object, wait?: WaitOptions) => call(given, checked(wait)),
      onDevice: async (given: object, wait?: WaitOptions) => onDevice(given, checked(wait)),
      interface: runner.interface,
      states: async (wait?: WaitOptions) => runner.states(checked(wait)),
      reset: async (wait?: WaitOptions) => runner.reset(checked(wait)),
      close: () => runner.close(),
      [Symbol.asyncDispose]: () => runner.close(),
    },
  ) as CompiledFunction<A, O>;
}
