/** @file The loss and the perplexity of examples, each text in one piece however long. */
import { type DataSource, type Encoder, encodeExample, type Piece } from "../../data/index.js";
import type { LoadedProgram, ResidentModel } from "../../serving/index.js";
import { logLikelihoods } from "./log-likelihoods.js";

export interface PerplexityReport {
  readonly task: "perplexity";
  /** Documents: lines of JSON, or files of text. */
  readonly examples: number;
  /** Tokens that were to be predicted: completions, what the assistant says, all of a text. */
  readonly tokens: number;
  /** The sum of their natural logarithms. */
  readonly logLikelihood: number;
  /** The mean of its negative over tokens. */
  readonly loss: number;
  readonly perplexity: number;
}

/** Documents as tokens: passages of a file of text are put together again. @throws DataError */
async function* documents(data: DataSource, encoder: Encoder): AsyncGenerator<Piece> {
  let open: { readonly tokens: number[]; readonly mask: number[] } | undefined;
  for (let i = 0; i < data.count; i++) {
    const placed = await data.read(i);
    const { tokens, mask } = encodeExample(placed, encoder);
    if (open === undefined) open = { tokens: [...tokens], mask: [...mask] };
    else {
      // The token that begins a sequence stands only in front of the whole.
      for (const token of tokens.slice(1)) open.tokens.push(token);
      for (const one of mask.slice(1)) open.mask.push(one);
    }
    if (placed.example.kind === "text" && !placed.example.ends) continue;
    yield open;
    open = undefined;
  }
}

/**
 * Reads all examples, `batch` side by side; so many of them are held at once, whole.
 * @throws DataError; UsageError for a model that cannot score; GriffinError for logits that are not finite; AbortedError
 */
export async function perplexity(
  model: ResidentModel<LoadedProgram>,
  {
    data,
    encoder,
    batch,
    signal,
    onProgress,
  }: {
    readonly data: DataSource;
    readonly encoder: Encoder;
    readonly batch: number;
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((examples: number) => void) | undefined;
  },
): Promise<PerplexityReport> {
  let [examples, tokens, logLikelihood] = [0, 0, 0];
  const score = async (pieces: readonly Piece[]) => {
    const found = await logLikelihoods(
      model,
      pieces.map((piece) => piece.tokens),
      { signal },
    );
    found.forEach((row, i) => {
      row.forEach((value, t) => {
        if (pieces[i]!.mask[t] !== 1) return;
        logLikelihood += value;
        tokens += 1;
      });
    });
    examples += pieces.length;
    onProgress?.(examples);
  };
  let waiting: Piece[] = [];
  for await (const piece of documents(data, encoder)) {
    waiting.push(piece);
    if (waiting.length < batch) continue;
    await score(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await score(waiting);
  const loss = -logLikelihood / tokens;
  return { task: "perplexity", examples, tokens, logLikelihood, loss, perplexity: Math.exp(loss) };
}
