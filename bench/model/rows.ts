/** @file The model benchmark's table: one row for each thing measured, ours beside the peers', the ratio, and the figures asked for. */
import { ratioText, type Target, targetColumns } from "../bars.js";
import type { Row } from "../results.js";
import type { Side } from "../sides.js";

export const PEERS = ["Flax", "transformers", "recurrentgemma PyTorch"] as const;
export type Peer = (typeof PEERS)[number];

/** What was found: ours, the peers that were asked, and ms for each gigabyte that the fastest plain program reads. */
export interface Found {
  readonly ours: Side;
  readonly peers: Partial<Readonly<Record<Peer, Side>>>;
  readonly msPerGigabyte: number;
}

/** One thing measured. */
interface Measure {
  readonly what: string;
  /** Name of the figure; of the peers' where it differs. */
  readonly figure: string;
  readonly peerFigure?: string;
  /** Ms, or bytes, as people read them. */
  readonly show: (value: number) => string;
  /** Whom the ratio is against: the fastest that has the figure, unless one is named. */
  readonly against?: Peer;
  readonly target?: Target;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const perSecond =
  (tokens: number) =>
  (ms: number): string =>
    ((tokens * 1000) / ms).toFixed(1);

/** What is asked of each dtype: prefill, and decode against the fastest peer. */
const ASKED = {
  f32: { prefill: { must: 1.3, goal: 2 }, prefillAgainst: "Flax", decode: { must: 1.8 } },
  bf16: { prefill: { must: 1, goal: 1.5 }, prefillAgainst: undefined, decode: { must: 1.3, goal: 2.5 } },
} as const;

const measures = (dtype: "f32" | "bf16", tokens: number): readonly Measure[] => {
  const { prefill, prefillAgainst, decode } = ASKED[dtype];
  const named = prefillAgainst === undefined ? {} : { against: prefillAgainst };
  return [
    {
      what: `prefill of ${tokens}, tokens/s`,
      figure: "prefill",
      show: perSecond(tokens),
      ...named,
      target: { ...prefill, better: "more" },
    },
    {
      what: "the same against Flax with logits of every position",
      figure: "prefill",
      peerFigure: "prefill, logits of every position",
      show: perSecond(tokens),
    },
    {
      what: "decode, tokens/s",
      figure: "decode step",
      show: perSecond(1),
      target: { ...decode, better: "more" },
    },
    {
      what: "compile of the prefill, s",
      figure: "compile of the prefill",
      show: seconds,
      target: { must: 4, better: "more" },
    },
    { what: "compile of the decode step, s", figure: "compile of the decode step", show: seconds },
    { what: "peak memory, MB", figure: "peak memory", show: (bytes) => (bytes / 1e6).toFixed(0) },
  ];
};

/** The peer that a ratio is against, and its figure, if it was measured. */
function rival({ figure, peerFigure = figure, against }: Measure, peers: Found["peers"]) {
  const candidates = PEERS.filter((peer) => against === undefined || peer === against)
    .flatMap((peer) => {
      const value = peers[peer]?.figures[peerFigure];
      return value === undefined ? [] : [{ peer, value }];
    })
    .sort((a, b) => a.value - b.value);
  return candidates[0];
}

/** Shares of a bound, which no peer is asked for. */
function boundRow(what: string, ours: string, ratio: number, target: Target): Row {
  const peers = Object.fromEntries(PEERS.map((peer) => [peer, "-"]));
  return {
    what,
    ours,
    ...peers,
    against: "the bound",
    ratio: ratioText(ratio),
    ...targetColumns(ratio, target),
  };
}

/** The table. Ratios say how many times as fast, or as small, as the peer ours is. */
export function modelRows(found: Found, dtype: "f32" | "bf16", tokens: number): readonly Row[] {
  const { ours, peers, msPerGigabyte } = found;
  const rows = measures(dtype, tokens).map((measure): Row => {
    const { what, figure, peerFigure = figure, show, target } = measure;
    const against = rival(measure, peers);
    const ratio = against === undefined ? undefined : against.value / ours.figures[figure]!;
    const shown = PEERS.map((peer) => {
      const value = peers[peer]?.figures[peerFigure];
      return [peer, value === undefined ? "-" : show(value)] as const;
    });
    return {
      what,
      ours: show(ours.figures[figure]!),
      ...Object.fromEntries(shown),
      against: against?.peer ?? "-",
      ratio: ratioText(ratio),
      ...targetColumns(ratio, target),
    };
  });
  const stepMs = ours.figures["decode step"]!;
  const gigabytes = ours.figures["weights, bytes"]! / 1e9;
  const boundMs = gigabytes * msPerGigabyte;
  const decodeTarget: Target = { ...(dtype === "f32" ? { goal: 1.1 } : {}), better: "less" };
  const compileMs = ours.figures["compile of the prefill"]!;
  return [
    ...rows,
    boundRow(
      `decode: weights read, GB/s; time in that of reading them at ${(1000 / msPerGigabyte).toFixed(0)} GB/s`,
      ((gigabytes * 1000) / stepMs).toFixed(1),
      stepMs / boundMs,
      decodeTarget,
    ),
    {
      ...boundRow("compile of the prefill, s, alone", seconds(compileMs), 1, { better: "less" }),
      against: "-",
      ratio: "-",
      ...targetColumns(compileMs / 1000, { goal: 2, better: "less", unit: " s" }),
    },
  ];
}
