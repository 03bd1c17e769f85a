/** @file The one place where a target is found: by a name that people type, or by what a PJRT client calls its platform. */
import { UsageError } from "../support/errors.js";
import { nearestName } from "../support/suggest.js";
import { cpu } from "./cpu.js";
import { gpu } from "./gpu.js";
import type { TargetLike } from "./options.js";
import type { Target } from "./target.js";
import type { TopologyRequest } from "./topologies.js";
import { tpu } from "./tpu/index.js";

/** The targets that come with the package. */
export const targets: readonly Target[] = [cpu, gpu, tpu];

/** What programs are lowered for when nothing says otherwise. */
export const defaultTarget: Target = targets[0]!;

/** A target, and the devices of it that were named. */
export interface ResolvedTarget {
  readonly target: Target;
  /** As it was asked for, of a client as the target is called: `tpu:v5e:2x2`. */
  readonly name: string;
  /** Undefined for devices that are there, as with `cpu`. */
  readonly topology: TopologyRequest | undefined;
}

const namesOf = ({ name, platforms }: Target): readonly string[] => [...new Set([name, ...platforms])];

const findByName = (name: string): Target | undefined =>
  targets.find((target) => namesOf(target).includes(name));

/** The target of a platform, as PJRT clients call theirs; undefined when there is none. */
export const findTargetOf = ({ platformName }: { readonly platformName: string }): Target | undefined =>
  findByName(platformName.toLowerCase());

/** @throws UsageError for an unknown target, chip or platform, with the names that are near, or all */
export function resolveTarget(wanted: TargetLike): ResolvedTarget {
  if (typeof wanted === "string") return resolveName(wanted);
  const target = "platformName" in wanted ? findTargetOf(wanted) : wanted;
  if (target !== undefined) return { target, name: target.name, topology: undefined };
  const { platformName } = wanted as { readonly platformName: string };
  throw new UsageError({
    message: `there is no target for devices of the platform "${platformName}"`,
    expected: targets.flatMap(namesOf).join(", "),
    hint: 'say what they are like, e.g. target: "cpu", or declare a target with defineTarget',
  });
}

function resolveName(name: string): ResolvedTarget {
  const [word = "", ...rest] = name.split(":");
  const target = findByName(word);
  if (target === undefined) throw unknownTarget(name, word);
  if (rest.length === 0) return { target, name, topology: undefined };
  if (target.topologies === undefined) {
    throw new UsageError({
      message: `"${name}" names devices, and programs for ${target.name} are compiled for those that are there`,
      expected: word,
      got: name,
    });
  }
  return { target, name, topology: target.topologies.parse(rest.join(":")) };
}

/** A slip of the pen, or a chip whose target was left out: `v5e:2x2`. */
function unknownTarget(name: string, word: string): UsageError {
  const known = targets.flatMap(namesOf);
  const nearest = nearestName(word, known) ?? targetOfChip(name);
  return new UsageError({
    message: `there is no target "${name}"`,
    hint: nearest === undefined ? `known: ${known.join(", ")}` : `did you mean ${nearest}?`,
  });
}

function targetOfChip(name: string): string | undefined {
  const owner = targets.find(({ topologies }) => topologies?.chips.includes(name.split(":")[0]!));
  return owner === undefined ? undefined : `${owner.name}:${name}`;
}
