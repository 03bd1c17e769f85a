/** @file Topologies of TPUs, by the names that libtpu has for them: `v5e:2x2`, `v4:2x2x1:megacore`. */
import { UsageError } from "../../support/errors.js";
import { ownValue } from "../../support/own-value.js";
import { didYouMean } from "../../support/suggest.js";
import { DEFAULT_TPU } from "../names.js";
import type { Topologies } from "../topologies.js";

/** Chips that libtpu 0.0.52 describes, and the smallest arrangement of each that fills a host. */
const shapes: Readonly<Record<string, string>> = {
  v2: "2x2",
  v3: "2x2",
  v4: "2x2x1",
  v5e: "2x2",
  v5p: "2x2x1",
  v6e: "2x2",
  tpu7x: "2x2x1",
};

/**
 * A chip, chips along each axis, a configuration of each chip: `megacore` makes one device of both cores of a v4, as JAX has them. A chip
 * alone is one host of it. Whether a host can be wired so, and whether there is such a configuration, libtpu says.
 */
export const tpuTopologies: Topologies = {
  chips: Object.keys(shapes),
  default: DEFAULT_TPU,
  parse(name) {
    const [chip = "", arrangement, configuration, ...more] = name.split(":");
    const smallest = ownValue(shapes, chip);
    if (smallest === undefined) {
      throw new UsageError({
        message: `there is no TPU chip "${chip}"`,
        expected: Object.keys(shapes).join(", "),
        hint: didYouMean(chip, Object.keys(shapes)),
      });
    }
    const shape = arrangement ?? smallest;
    const isShape = /^\d+(x\d+){1,2}(_twisted|_untwisted)?$/.test(shape);
    if (!isShape || configuration === "" || more.length > 0) {
      throw new UsageError({
        message: `"${name}" is no topology of TPUs`,
        expected: `a chip and how many of them along each axis, e.g. ${chip}:${smallest}`,
        got: name,
      });
    }
    return {
      name,
      topology: `${chip}:${shape}`,
      options: configuration === undefined ? {} : { chip_config_name: configuration },
    };
  },
};
