/** @file A model on a device: weights that stay, programs that are made when they are first needed. */
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import { expectKey, expectLoopKey, expectProgram, expectSamplerKey, expectTensors } from "./given.js";
import { expectGiven } from "../support/given.js";
import { remember } from "../support/remember.js";
import { type Client, type DeviceBuffer, hostBytes } from "../runtime-pjrt/index.js";
import type { Interface } from "../program/interface.js";
import { consumedBy, type WeightPlan } from "../program/weight-plan.js";
import type { ComputeDType } from "../weights/index.js";
import { sha256 } from "../support/hash.js";
import { callProgram } from "./call.js";
import { closeAll } from "./close-all.js";
import { DeviceTensors } from "./device-tensors.js";
import type { LanguageModel } from "./language-model.js";
import type { LoadedProgram, WeightPreparation } from "./loaded-program.js";
import { FEWEST_LOOPED_TOKENS, usualTokensPerCall } from "./loop-choice.js";
import { LOOP_KIND, type LoopKey } from "./loop-key.js";
import type { ProgramKey, ProgramResults, ProgramSet } from "./program-set.js";
import { SAMPLER_KIND, type SamplerKey } from "./sampler-key.js";
import type { ResidentWeights } from "./weights.js";
import { checkOptions } from "../support/options.js";

/**
 * Loads the preparing program, runs it once and frees it; its results by name, computed when this resolves, which the caller closes.
 * @throws UsageError, PjrtError
 */
export async function runPreparation(
  preparation: WeightPreparation,
  parameters: ReadonlyMap<string, DeviceBuffer> | Promise<ReadonlyMap<string, DeviceBuffer>>,
): Promise<ReadonlyMap<string, DeviceBuffer>> {
  using executable = await preparation.load();
  const { outputs } = await callProgram(preparation.interface, executable, { parameters: await parameters });
  try {
    await Promise.all([...outputs.values()].map(({ ready }) => ready));
    return outputs;
  } catch (error) {
    closeAll(outputs.values());
    throw error;
  }
}

const bytesOf = (buffers: Iterable<DeviceBuffer>): number =>
  [...buffers].reduce((sum, buffer) => sum + hostBytes(buffer), 0);

/** The longest piece in which prompts are read, in tokens: a program of that length must compile in seconds. */
export const DEFAULT_CHUNK = 256;

/** What a model is made of, beside its programs. */
export interface ResidentParts {
  /** What model it is: the definition's name and configuration. */
  readonly model: { readonly name: string; readonly config: unknown };
  readonly dtype: ComputeDType;
  /** Default 256. */
  readonly chunk?: number | undefined;
  readonly weights: ResidentWeights;
  /** What becomes of each parameter, where all programs are known. Without it all are kept: a later program may take any of them. */
  readonly plan?: WeightPlan | undefined;
  /** Whose weights, prepared ones too, and samplers these are: it closes them. */
  readonly shares?: ResidentModel<LoadedProgram> | undefined;
}

/** The same JSON, its keys in order: files may list them in another. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** What models have in common, wherever their programs come from. */
export abstract class ResidentModel<Program extends LoadedProgram> implements ProgramSet, Disposable {
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #prepared: Map<Interface, Promise<ReadonlyMap<string, DeviceBuffer>>>;
  /** What the preparations of a program give together, by their list. */
  readonly #preparedOf = new Map<readonly WeightPreparation[], Promise<ReadonlyMap<string, DeviceBuffer>>>();
  readonly #weights: ResidentWeights;
  readonly #plan: WeightPlan;
  /** Preparations that have run. */
  readonly #ran = new Set<Interface>();
  #freedBytes = 0;
  #preparedBytes = 0;
  readonly dtype: ComputeDType;
  readonly chunk: number;
  readonly tensors: DeviceTensors;
  readonly #model: ResidentParts["model"];
  readonly #shares: ResidentModel<LoadedProgram> | undefined;

  /** See `ProgramSet`. */
  forTokens?(tokens: number): ResidentModel<Program>;

  constructor(
    readonly client: Client,
    readonly generation: LanguageModel,
    { model, dtype, chunk = DEFAULT_CHUNK, weights, plan = new Map(), shares }: ResidentParts,
  ) {
    this.#model = model;
    this.#shares = shares;
    this.#prepared = shares === undefined ? new Map() : shares.#prepared;
    this.tensors = shares === undefined ? new DeviceTensors(client) : shares.tensors;
    this.dtype = dtype;
    this.chunk = chunk;
    this.#weights = weights;
    this.#plan = plan;
  }

  /** Makes a program; asked once for each key, and again after a failure. */
  protected abstract make(key: ProgramKey): Promise<Program>;

  /** The program that draws tokens, if there is one with these parts or more; `keep` knows it again. */
  protected abstract makeSampler(
    key: SamplerKey,
    keep: (id: string, make: () => Promise<Program>) => Promise<Program>,
  ): Promise<Program | undefined>;

  /** As `makeSampler`, the program that makes several tokens in one call. */
  protected abstract makeLoop(
    key: LoopKey,
    keep: (id: string, make: () => Promise<Program>) => Promise<Program>,
  ): Promise<Program | undefined>;

  abstract has(key: ProgramKey): boolean;

  /** Sequences side by side, where its programs are for one number of them alone. */
  get batch(): number | undefined {
    return undefined;
  }

  get tokensPerCall(): number {
    return usualTokensPerCall(this.client.isHost, this.#weights.bytes);
  }

  get fewestLoopedTokens(): number {
    return FEWEST_LOOPED_TOKENS;
  }

  async interfaceOf(key: ProgramKey): Promise<Interface> {
    const { interface: program, executable } = await this.program(key);
    // Where the program leaves a layout to the compiler, that has chosen one.
    const { arguments: chosen } = executable.signature;
    return {
      ...program,
      arguments: program.arguments.map((argument, i) => ({ ...argument, layout: chosen[i]!.layout })),
    };
  }

  async identity(): Promise<string> {
    const { name, config } = this.#model;
    const parts = [name, sorted(config), this.dtype, await this.#weights.identity];
    return sha256(JSON.stringify(parts));
  }

  /** Bytes of the parameters on the device. Those that preparations alone take are freed when all of these have run. */
  get parameterBytes(): number {
    return this.#weights.bytes - this.#freedBytes;
  }

  /** Bytes of what preparations have computed from parameters so far. */
  get preparedBytes(): number {
    return this.#preparedBytes;
  }

  /**
   * For those who load: waits for the weights, and makes programs meanwhile.
   * @throws what either throws, and AbortedError when the caller gives up; the model is closed then
   */
  async loaded(programs: readonly ProgramKey[] = [], wait: WaitOptions = {}): Promise<this> {
    checkOptions("loaded", wait, WAIT_OPTIONS);
    expectGiven(Array.isArray(programs), programs, {
      by: "loaded",
      what: "programs",
      expected: "a list of keys",
    });
    const load = () => Promise.all([this.#weights.buffers, ...programs.map((key) => this.program(key))]);
    try {
      await waitFor("loading the model", wait, load);
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The compiled program; the same one for the same key. */
  program(key: ProgramKey): Promise<Program> {
    expectKey("Model.program", key);
    const { kind, batch, time, probes = false } = key;
    const id = `${kind} ${batch} ${time} ${probes}`;
    return remember(this.#programs, id, () => this.make({ kind, batch, time, probes }));
  }

  async sampler(key: SamplerKey): Promise<LoadedProgram | undefined> {
    expectSamplerKey(key);
    if (this.#shares !== undefined) return this.#shares.sampler(key);
    return this.makeSampler(key, (id, make) => remember(this.#programs, `${SAMPLER_KIND} ${id}`, make));
  }

  async loop(key: LoopKey): Promise<Program | undefined> {
    expectLoopKey(key);
    const made = await this.makeLoop(key, (id, make) => remember(this.#programs, `${LOOP_KIND} ${id}`, make));
    if (made !== undefined) await this.#prepare(made.preparations);
    return made;
  }

  async ready(key: ProgramKey): Promise<void> {
    await this.#prepare((await this.program(key)).preparations);
  }

  async run(
    key: ProgramKey,
    inputs: ReadonlyMap<string, DeviceBuffer>,
    states: ReadonlyMap<string, DeviceBuffer> = new Map(),
  ): Promise<ProgramResults> {
    expectKey("Model.run", key);
    expectTensors("Model.run", "inputs", inputs);
    expectTensors("Model.run", "states", states);
    return this.runLoaded(await this.program(key), inputs, states);
  }

  async runLoaded(
    program: LoadedProgram,
    inputs: ReadonlyMap<string, DeviceBuffer>,
    states: ReadonlyMap<string, DeviceBuffer>,
  ): Promise<ProgramResults> {
    expectProgram("Model.runLoaded", program);
    expectTensors("Model.runLoaded", "inputs", inputs);
    expectTensors("Model.runLoaded", "states", states);
    const prepared = await this.#prepare(program.preparations);
    const parameters = await this.#weights.buffers;
    return callProgram(program.interface, program.executable, { inputs, states, parameters, prepared });
  }

  /** Runs those that have not run; what all give, by name. Joined once: a program asks for every token. */
  #prepare(preparations: readonly WeightPreparation[]): Promise<ReadonlyMap<string, DeviceBuffer>> {
    return remember(this.#preparedOf, preparations, () => this.#runPreparations(preparations));
  }

  async #runPreparations(
    preparations: readonly WeightPreparation[],
  ): Promise<ReadonlyMap<string, DeviceBuffer>> {
    const given = await Promise.all(
      preparations.map((preparation) =>
        remember(this.#prepared, preparation.interface, () =>
          (this.#shares ?? this).#runPreparation(preparation),
        ),
      ),
    );
    return given.length === 1 ? given[0]! : new Map(given.flatMap((prepared) => [...prepared]));
  }

  async #runPreparation(preparation: WeightPreparation): Promise<ReadonlyMap<string, DeviceBuffer>> {
    const prepared = await runPreparation(preparation, this.#weights.buffers);
    const parameters = await this.#weights.buffers;
    this.#ran.add(preparation.interface);
    this.#preparedBytes += bytesOf(prepared.values());
    const consumed = consumedBy(this.#plan, this.#ran)
      .map((path) => parameters.get(path)!)
      .filter(({ state }) => state === "live");
    this.#freedBytes += bytesOf(consumed);
    closeAll(consumed);
    return prepared;
  }

  /** Frees weights and programs. */
  close(): void {
    for (const program of this.#programs.values()) {
      program.then(({ executable }) => executable.close()).catch(() => undefined);
    }
    if (this.#shares !== undefined) return;
    this.tensors.close();
    this.#weights.buffers.then((buffers) => closeAll(buffers.values())).catch(() => undefined);
    for (const prepared of this.#prepared.values())
      prepared.then((buffers) => closeAll(buffers.values())).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
