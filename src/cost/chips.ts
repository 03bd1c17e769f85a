/** @file What chips can do, for rooflines. Figures as published; the source stands beside them. */
import { UsageError } from "../support/errors.js";
import { didYouMean } from "../support/suggest.js";

/** One chip. */
export interface Chip {
  readonly name: string;
  /** bf16 floating-point operations a second. */
  readonly flopsPerSecond: number;
  /** Of HBM. */
  readonly bytesPerSecond: number;
  /** HBM, bytes. */
  readonly memory: number;
  /** Cycles a second, which the compiler's estimates count; absent where nothing says. */
  readonly clock?: number;
  /** Devices that libtpu makes of one chip, unless told otherwise: programs are for one, which has that share of the chip. */
  readonly devices: number;
  readonly source: string;
}

const GIB = 2 ** 30;

/**
 * Clocks follow from the peak: a unit of 128 x 128 does 32768 operations a cycle. v4 has 8 of them (1.05 GHz, also in its paper,
 * arXiv 2304.01433), v5e 4, v5p 8. v6e's two units of 256 x 256 would need 3.5 GHz, and libtpu's estimates for its products are
 * above what two units can do: whatever its cycles are, their length is not known.
 */
const CHIPS: readonly Chip[] = [
  {
    name: "v4",
    flopsPerSecond: 275e12,
    bytesPerSecond: 1228e9,
    memory: 32 * GIB,
    clock: 1.05e9,
    devices: 2,
    source: "Cloud TPU documentation, TPU v4; arXiv 2304.01433, table 4",
  },
  {
    name: "v5e",
    flopsPerSecond: 197e12,
    bytesPerSecond: 819e9,
    memory: 16 * GIB,
    clock: 1.5e9,
    devices: 1,
    source: "Cloud TPU documentation, TPU v5e",
  },
  {
    name: "v5p",
    flopsPerSecond: 459e12,
    bytesPerSecond: 2765e9,
    memory: 95 * GIB,
    clock: 1.75e9,
    devices: 1,
    source: "Cloud TPU documentation, TPU v5p",
  },
  {
    name: "v6e",
    flopsPerSecond: 918e12,
    bytesPerSecond: 1638e9,
    memory: 32 * GIB,
    devices: 1,
    source: "Cloud TPU documentation, TPU v6e",
  },
];

export const chipNames: readonly string[] = CHIPS.map(({ name }) => name);

/**
 * The chip of a name: `v5e`, also as a topology `v5e:2x2` or a target `tpu:v5e:2x2`. With `:megacore` at the end a chip is one device.
 * @throws UsageError for an unknown one
 */
export function findChip(name: string): Chip {
  const [word] = name.replace(/^tpu:/, "").split(":");
  const chip = CHIPS.find((candidate) => candidate.name === word);
  if (chip !== undefined) return name.endsWith(":megacore") ? { ...chip, devices: 1 } : chip;
  throw new UsageError({
    message: `the figures of chip "${word}" are not known`,
    expected: chipNames.join(", "),
    hint: didYouMean(word!, chipNames),
  });
}
