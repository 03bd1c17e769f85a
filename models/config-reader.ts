/** @file How config.json (and generation_config.json) of a checkpoint becomes a configuration, whichever the model. */
import {
  CheckpointError,
  type ConfigFields,
  type ConfigFiles,
  type ConfigValues,
  mergedConfig,
  type Problem,
  readConfigFields,
} from "../src/model/index.js";

/**
 * A reader of configurations: token ids of generation_config.json win; `configOf` fills in defaults and adds what does not fit together to the
 * problems. It may put NaN where a number is missing, since what it makes is dropped where there are any.
 * @throws CheckpointError (the reader) with all problems
 */
export const configReader =
  <Fields extends ConfigFields, Config>(
    fields: Fields,
    configOf: (values: ConfigValues<Fields>, problems: Problem[]) => Config,
  ) =>
  (files: ConfigFiles): Config => {
    const problems: Problem[] = [];
    const config = configOf(readConfigFields(mergedConfig(files), fields, problems), problems);
    if (problems.length > 0) throw new CheckpointError(files.where, problems);
    return config;
  };
