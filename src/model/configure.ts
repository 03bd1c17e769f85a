/** @file A definition and a configuration joined into a model that programs can be traced of. */
import { nearestName } from "../support/suggest.js";
import type { JsonObject, Parameter } from "../weights/index.js";
import type { ConfiguredModel, ConfiguredTraining, ModelSpec, TraceKey } from "./definition.js";
import { ModelError } from "./errors.js";

/** @throws ModelError with everything that the schema says is wrong */
export function configure<Config, Kind extends string>(
  spec: ModelSpec<Config, Kind>,
  given: Config,
): ConfiguredModel<Kind> {
  const { name, kinds, withCapacity } = spec;
  const config = check(spec, given);
  let parameters: readonly Parameter[] | undefined;
  const generation = spec.generation(config);
  return {
    name,
    config: config as JsonObject,
    summary: spec.summary(config),
    dtype: spec.dtype(config),
    kinds,
    generation,
    names: spec.checkpoint,
    formula: spec.checkpoint.formula,
    training: trainingOf(spec, config),
    get parameters() {
      parameters ??= parametersOf(spec, config, generation.programs.decode);
      return parameters;
    },
    program: (key) => {
      checkKey(spec, key);
      return spec.program(config, key);
    },
    withCapacity:
      generation.capacity === undefined || withCapacity === undefined
        ? undefined
        : (tokens) => configure(spec, withCapacity(config, tokens)),
  };
}

function trainingOf<Config, Kind extends string>(
  { training }: ModelSpec<Config, Kind>,
  config: Config,
): ConfiguredTraining | undefined {
  if (training === undefined) return undefined;
  const { adapts, initial } = training;
  return {
    forward: (inputs) => training.forward(config, inputs),
    decays: (parameter) => training.decays(parameter),
    adapts: adapts && ((parameter) => adapts(parameter)),
    initial: initial && ((parameter) => initial(config, parameter)),
  };
}

function check<Config, Kind extends string>(spec: ModelSpec<Config, Kind>, given: Config): Config {
  const { success, data, error } = spec.config.safeParse(given);
  if (success) return data;
  throw new ModelError(
    `the configuration of ${spec.name}`,
    error.issues.map(({ path, message }) => ({
      subject: path.join(".") || "configuration",
      problem: message,
    })),
  );
}

function checkKey<Config, Kind extends string>(
  { name, kinds }: ModelSpec<Config, Kind>,
  key: TraceKey<Kind>,
): void {
  const known = Object.keys(kinds);
  const nearest = nearestName(key.kind, known);
  if (!Object.hasOwn(kinds, key.kind)) {
    throw new ModelError(`model ${name}`, [
      {
        subject: "program",
        problem: "the model has no such kind",
        expected: known.join(", "),
        got: key.kind,
        hint: nearest === undefined ? undefined : `did you mean ${nearest}?`,
      },
    ]);
  }
  const { time } = kinds[key.kind];
  if (time === undefined || time === key.time) return;
  throw new ModelError(`model ${name}`, [
    {
      subject: key.kind,
      problem: "takes another number of tokens of each sequence",
      expected: String(time),
      got: String(key.time),
    },
  ]);
}

/** The path and shape of every weight, in the order of first use: what a program traced for one token takes. */
function parametersOf<Config, Kind extends string>(
  spec: ModelSpec<Config, Kind>,
  config: Config,
  kind: Kind,
): readonly Parameter[] {
  const { arguments: all } = spec.program(config, { kind, batch: 1, time: 1, dtype: "f32" });
  return all
    .filter(({ role }) => role === "parameter")
    .map(({ name, dimensions }) => ({ path: name, shape: dimensions }));
}
