/** @file The one place where a target is found: by a name that people type, or by what a PJRT client calls its platform. */
import { UsageError } from "../support/errors.js";
import { nearestName } from "../support/suggest.js";
import { cpu } from "./cpu.js";
import { gpu } from "./gpu.js";
import type { LoweringExtension } from "./extension.js";
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

/**
 * The targets of this package and of extensions.
 * @throws UsageError for two that have a name, or the name of a platform, in common
 */
export function targetsWith(extensions: readonly LoweringExtension[]): readonly Target[] {
  const owners = new Map(targets.flatMap((target) => namesOf(target).map((name) => [name, "stablegriffin"])));
  for (const { name: extension, targets: added } of extensions)
    for (const name of added.flatMap(namesOf)) {
      const other = owners.get(name);
      if (other !== undefined)
        throw new UsageError({
          message: `two targets are called ${name}`,
          expected: "names and platforms that no other target has",
          got: `targets of ${other} and ${extension}`,
        });
      owners.set(name, extension);
    }
  return [...targets, ...extensions.flatMap((extension) => extension.targets)];
}

const findByName = (name: string, known: readonly Target[]): Target | undefined =>
  known.find((target) => namesOf(target).includes(name));

/** The target of a platform, as PJRT clients call theirs; undefined when there is none. */
export const findTargetOf = (
  { platformName }: { readonly platformName: string },
  extensions: readonly LoweringExtension[] = [],
): Target | undefined => findByName(platformName.toLowerCase(), targetsWith(extensions));

/**
 * @param extensions whose targets there are beside this package's
 * @throws UsageError for an unknown target, chip or platform, with the names that are near, or all; for two targets of a name
 */
export function resolveTarget(
  wanted: TargetLike,
  extensions: readonly LoweringExtension[] = [],
): ResolvedTarget {
  const known = targetsWith(extensions);
  if (typeof wanted === "string") return resolveName(wanted, known);
  const target = "platformName" in wanted ? findTargetOf(wanted, extensions) : wanted;
  if (target !== undefined) return { target, name: target.name, topology: undefined };
  const { platformName } = wanted as { readonly platformName: string };
  throw new UsageError({
    message: `there is no target for devices of the platform "${platformName}"`,
    expected: known.flatMap(namesOf).join(", "),
    hint: 'say what they are like, e.g. target: "cpu", or declare a target with defineTarget',
  });
}

function resolveName(name: string, known: readonly Target[]): ResolvedTarget {
  const [word = "", ...rest] = name.split(":");
  const target = findByName(word, known);
  if (target === undefined) throw unknownTarget(name, word, known);
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
function unknownTarget(name: string, word: string, known: readonly Target[]): UsageError {
  const names = known.flatMap(namesOf);
  const nearest = nearestName(word, names) ?? targetOfChip(name, known);
  return new UsageError({
    message: `there is no target "${name}"`,
    hint: nearest === undefined ? `known: ${names.join(", ")}` : `did you mean ${nearest}?`,
  });
}

function targetOfChip(name: string, known: readonly Target[]): string | undefined {
  const owner = known.find(({ topologies }) => topologies?.chips.includes(name.split(":")[0]!));
  return owner === undefined ? undefined : `${owner.name}:${name}`;
}
