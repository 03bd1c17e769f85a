/** @file Positions in files that a compiler or a bundler made, as positions in the sources that their source maps name. */
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { SourcePosition } from "./errors.js";
import { filePath } from "./own-code.js";

/** A source map, and what its sources are relative to. */
interface LoadedMap {
  readonly map: SourceMap;
  readonly base: URL;
  /** Columns, counted from 1, in the place of others of a line: `line:column` as the engine tells it. */
  readonly columns: Columns;
}

type Columns = ReadonlyMap<string, number>;

/** By path of the file that was made; undefined for those without a map. */
const maps = new Map<string, LoadedMap | undefined>();

/**
 * Makes the map of code known that is in no file as it runs: what a loader made of a source.
 * @param columns where expressions begin that the engine tells another column of, by `line:column`
 */
export function addSourceMap(file: string, payload: SourceMapPayload, columns: Columns): void {
  maps.set(file, { ...loaded(payload, pathToFileURL(file)), columns });
}

/**
 * The position in the source that a position comes from; itself where there is no map, or one that does not say. Maps are read from the file
 * that the last `sourceMappingURL` names, or from that comment itself.
 */
export function originalPosition(position: SourcePosition): SourcePosition {
  const { file, line, column } = position;
  if (!maps.has(file)) maps.set(file, readMap(file));
  const known = maps.get(file);
  if (known === undefined) return position;
  const begin = known.columns.get(`${line}:${column}`) ?? column;
  const entry = known.map.findEntry(line - 1, begin - 1);
  // Node gives the nearest mapping before; one of another line says nothing of this one.
  if (!("originalSource" in entry) || entry.generatedLine !== line - 1) return position;
  return {
    file: sourcePath(entry.originalSource, known),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

const loaded = (payload: SourceMapPayload, place: URL): LoadedMap => {
  const { sourceRoot = "" } = payload;
  const root = sourceRoot === "" || sourceRoot.endsWith("/") ? sourceRoot : `${sourceRoot}/`;
  return { map: new SourceMap(payload), base: new URL(root, place), columns: new Map() };
};

/** A source's path, or its URL where it is no file (`webpack://...`). */
function sourcePath(source: string, { base }: LoadedMap): string {
  const url = new URL(source, base);
  return url.protocol === "file:" ? fileURLToPath(url) : url.href;
}

const COMMENT = /\/[/*][#@] sourceMappingURL=([^\s'"*]+)/g;

/** Broken or missing maps are none: places in what runs are better than nothing. */
function readMap(file: string): LoadedMap | undefined {
  try {
    const url = [...readFileSync(filePath(file), "utf8").matchAll(COMMENT)].at(-1)?.[1];
    if (url === undefined) return undefined;
    const place = pathToFileURL(file);
    return loaded(
      JSON.parse(textAt(url, place)) as SourceMapPayload,
      url.startsWith("data:") ? place : new URL(url, place),
    );
  } catch {
    return undefined;
  }
}

/** The map's text: base64 in the comment, or a file beside. */
function textAt(url: string, place: URL): string {
  const inline = /^data:application\/json;(?:charset=[^;]+;)?base64,(.*)$/.exec(url);
  if (inline !== null) return Buffer.from(inline[1]!, "base64").toString("utf8");
  return readFileSync(new URL(url, place), "utf8");
}
