/** @file Sessions as files: the states in a safetensors file, whose metadata says what model they are of and where each text stands. */
import { z } from "zod";
import { GriffinError } from "../support/errors.js";
import { expectGiven, hasMethods } from "../support/given.js";
import { parseJson } from "../support/json.js";
import { type Problem, problemDetails } from "../support/problems.js";
import { sha256 } from "../support/hash.js";
import { type WaitOptions, waitFor, WAIT_OPTIONS } from "../support/wait.js";
import {
  CheckpointError,
  isStoredType,
  openSafetensors,
  type TensorData,
  type TensorStore,
  writeSafetensors,
} from "../weights/index.js";
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { closeAll } from "./close-all.js";
import { expectModel, expectText } from "./given.js";
import { decodingProgram } from "./generation-programs.js";
import type { ProgramSet } from "./program-set.js";
import { Session, SESSION_OPTIONS, type SessionOptions } from "./session.js";
import { statesOf } from "./states.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** A file is no session that can be gone on from; `problems` lists all that was found. */
export class SessionFileError extends GriffinError {
  readonly problems: readonly Problem[];

  constructor(path: string, problems: readonly Problem[]) {
    super("session error", problemDetails(path, problems));
    this.problems = problems;
  }
}

/** What the metadata of every session says first. */
const FORMAT = "stablegriffin session";

/** Changes when a reader of the old form would misread the new one. */
const VERSION = "1";

const metadataSchema = z.looseObject({
  /** `identity` of the model. */
  model: z.string(),
  dtype: z.string(),
  /** Tokens that a sequence may have, where caches grow. */
  capacity: z.string().optional(),
  /** Tokens that each row has read, as JSON. */
  lengths: z.string(),
  /** SHA-256 of the states, and of where the texts stand. */
  states: z.string(),
  notes: z.string().default(""),
});

/** Positions are i32; -1 of a row that has no text. */
const lengthsSchema = z
  .array(
    z
      .int()
      .min(-1)
      .max(2 ** 31 - 1),
  )
  .min(1);

/** What is stored beside the states, and when to stop waiting. */
export interface SaveOptions extends WaitOptions {
  /** Kept with it, for the caller. */
  readonly notes?: string | undefined;
}

export const SAVE_OPTIONS: OptionNames<SaveOptions> = {
  ...WAIT_OPTIONS,
  notes: true,
};

/** What becomes of a save or restore that is given up. */
const GOES_ON = "it goes on until its files are closed, and what it makes is freed";

/** The states' bytes in order of their names, and the lengths, hashed: a file that was changed is not gone on from. */
const hashOf = (lengths: string, tensors: readonly (readonly [string, Uint8Array])[]): string =>
  sha256(`${lengths}\n${tensors.map(([name, data]) => `${name} ${sha256(data)}\n`).join("")}`);

/**
 * Writes the states of a session, whole or not at all; its size is that of the states, however long the texts are.
 * @throws UsageError before anything is read, or while the session is busy; AbortedError
 */
export async function saveSession(session: Session, path: string, options: SaveOptions = {}): Promise<void> {
  checkOptions("saveSession", options, SAVE_OPTIONS);
  const { notes = "", ...wait } = options;
  expectGiven(hasMethods(session, "mark"), session, {
    by: "saveSession",
    what: "session",
    expected: "a Session, that has read something",
  });
  expectText("saveSession", "path", path);
  expectText("saveSession", "notes", notes);
  return waitFor("saving the session", wait, () => save(session, path, notes), undefined, GOES_ON);
}

async function save(session: Session, path: string, notes: string): Promise<void> {
  using mark = await session.mark();
  const { programs } = mark;
  const { capacity } = programs.generation;
  const tensors: Record<string, TensorData> = Object.create(null);
  for (const [name, buffer] of [...mark.states].toSorted(byName)) {
    const { elementType: dtype, dimensions: shape } = buffer;
    if (!isStoredType(dtype)) {
      const problem = "safetensors files hold no elements of its type";
      throw new SessionFileError(path, [{ subject: name, problem, got: dtype }]);
    }
    tensors[name] = { dtype, shape, data: await buffer.toHost() };
  }
  const data = Object.entries(tensors).map(([name, tensor]) => [name, tensor.data] as const);
  const lengths = JSON.stringify(mark.lengths);
  await writeSafetensors(path, tensors, {
    format: FORMAT,
    version: VERSION,
    model: await programs.identity(),
    dtype: programs.dtype,
    ...(capacity !== undefined && { capacity: String(capacity) }),
    lengths,
    states: hashOf(lengths, data),
    notes,
  });
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** A session that goes on, and what its file kept for the caller. Close the session. */
export interface RestoredSession {
  readonly session: Session;
  readonly notes: string;
}

/**
 * Goes on from a file, with the model that wrote it or another that has the same weights, configuration and dtype, on any device.
 * @throws SessionFileError for a file that is no session, is cut off or changed, or is of another model, dtype or version; AbortedError
 */
export async function restoreSession(
  model: ProgramSet,
  path: string,
  options: SessionOptions & WaitOptions = {},
): Promise<RestoredSession> {
  checkOptions("restoreSession", options, { ...WAIT_OPTIONS, ...SESSION_OPTIONS });
  const { chunk, tokens, ...wait } = options;
  expectModel("restoreSession", model);
  expectText("restoreSession", "path", path);
  const release = ({ session }: RestoredSession) => session.close();
  return waitFor(
    "restoring the session",
    wait,
    () => restore(model, path, { chunk, tokens }),
    release,
    GOES_ON,
  );
}

async function restore(model: ProgramSet, path: string, options: SessionOptions): Promise<RestoredSession> {
  const file = await openSafetensors(path).catch((error: unknown) => {
    throw error instanceof CheckpointError ? new SessionFileError(path, error.problems) : error;
  });
  await using _ = file;
  const metadata = checkMetadata(file, path);
  const programs = await checkModel(model, metadata, path);
  const lengths = lengthsOf(metadata, path);
  await checkStates(programs, file, lengths.length, path);
  const data = new Map<string, Uint8Array>();
  for (const [name, tensor] of [...file.tensors].toSorted(byName)) data.set(name, await tensor.read());
  const hash = hashOf(metadata.lengths, [...data]);
  if (hash !== metadata.states) {
    throw new SessionFileError(path, [
      {
        subject: "states",
        problem: "the file was changed after it was written",
        expected: `SHA-256 ${metadata.states}`,
        got: hash,
        hint: "read the text again",
      },
    ]);
  }
  const states = new Map<string, DeviceBuffer>();
  try {
    for (const { name, elementType, dimensions, layout } of await statesOf(programs, lengths.length)) {
      const tensor = { elementType, dimensions, layout, data: data.get(name)! };
      states.set(name, await model.client.toDevice(tensor));
    }
    const session = Session.resume(model, states, lengths, options, programs);
    return { session, notes: metadata.notes };
  } catch (error) {
    closeAll(states.values());
    throw error;
  }
}

type Metadata = z.output<typeof metadataSchema>;

function checkMetadata({ metadata }: TensorStore, path: string): Metadata {
  const { format, version } = metadata;
  if (format !== FORMAT) {
    const hint = "griffin chat writes sessions by /save, the API by saveSession";
    const problem = "this is no session";
    const got = format === undefined ? "no format" : JSON.stringify(format);
    throw new SessionFileError(path, [
      { subject: "format", problem, expected: JSON.stringify(FORMAT), got, hint },
    ]);
  }
  if (version !== VERSION) {
    const got = version ?? "none";
    const hint = "read the text again, or use the release that wrote the file";
    throw new SessionFileError(path, [
      { subject: "version", problem: "another version of the form", expected: VERSION, got, hint },
    ]);
  }
  const { success, data, error } = metadataSchema.safeParse(metadata);
  if (success) return data;
  const problems = error.issues.map(({ path: at, message }) => ({ subject: at.join("."), problem: message }));
  throw new SessionFileError(path, problems);
}

/** The model with caches for so many tokens, if it may be had in that size. */
function inSize(model: ProgramSet, capacity: string | undefined): ProgramSet {
  const tokens = Number(capacity);
  if (!Number.isInteger(tokens) || tokens < 1) return model;
  const sized = model.forTokens?.(tokens);
  return sized?.generation.capacity === tokens ? sized : model;
}

/** The same model, computed in the same type, in the size of the caches that were saved. */
async function checkModel(model: ProgramSet, metadata: Metadata, path: string): Promise<ProgramSet> {
  if (metadata.dtype !== model.dtype) {
    const problem = "the session was computed in another type";
    const hint = `load the model with dtype ${metadata.dtype}`;
    throw new SessionFileError(path, [
      { subject: "dtype", problem, expected: model.dtype, got: metadata.dtype, hint },
    ]);
  }
  const programs = inSize(model, metadata.capacity);
  const identity = await programs.identity();
  if (metadata.model === identity) return programs;
  const { capacity } = model.generation;
  // The configuration has it: of other caches no more can be told than that they are others.
  if (metadata.capacity !== undefined && capacity !== undefined && metadata.capacity !== String(capacity)) {
    const problem = "the session was saved with caches of another capacity";
    const hint = `load the model with capacity ${metadata.capacity} (--capacity ${metadata.capacity}), or read the text again`;
    throw new SessionFileError(path, [
      {
        subject: "capacity",
        problem,
        expected: `${capacity} tokens`,
        got: `${metadata.capacity} tokens`,
        hint,
      },
    ]);
  }
  throw new SessionFileError(path, [
    {
      subject: "model",
      problem: "the session is of another model: other weights, or another configuration",
      expected: identity,
      got: metadata.model,
      hint: "load the model that it was saved with, with the same capacity, or read the text again",
    },
  ]);
}

function lengthsOf({ lengths }: Metadata, path: string): readonly number[] {
  const problem = { subject: "lengths", problem: "not a list of numbers of tokens", got: lengths };
  try {
    const { success, data } = lengthsSchema.safeParse(parseJson(lengths));
    if (success) return data;
  } catch {
    // Told below.
  }
  throw new SessionFileError(path, [problem]);
}

/** All states of the model, and nothing else. */
async function checkStates(
  model: ProgramSet,
  { tensors }: TensorStore,
  rows: number,
  path: string,
): Promise<void> {
  const decode = decodingProgram(model.generation, rows);
  // Before a program of so many rows is compiled: a file of a few bytes may say any number.
  const hasRows = [...tensors.values()].some(({ shape }) => shape.includes(rows) && !shape.includes(0));
  if (!hasRows) {
    const problem = "no state has as many rows as there are lengths";
    throw new SessionFileError(path, [{ subject: "lengths", problem, got: String(rows) }]);
  }
  if (!model.has(decode)) {
    const problem = "the model has no program for so many rows";
    throw new SessionFileError(path, [{ subject: "rows", problem, got: String(rows) }]);
  }
  const expected = await statesOf(model, rows);
  const describe = (type: string, shape: readonly number[]) => `${type} [${shape.join(", ")}]`;
  const wrong = expected.flatMap(({ name, elementType, dimensions }): Problem[] => {
    const wanted = describe(elementType, dimensions);
    const stored = tensors.get(name);
    if (stored === undefined) return [{ subject: name, problem: "missing", expected: wanted }];
    const got = describe(stored.dtype, stored.shape);
    return got === wanted ? [] : [{ subject: name, problem: "another type", expected: wanted, got }];
  });
  const names = new Set(expected.map(({ name }) => name));
  const unknown = [...tensors.keys()].filter((name) => !names.has(name));
  const problems = [...wrong, ...unknown.map((subject) => ({ subject, problem: "no state of the model" }))];
  if (problems.length > 0) throw new SessionFileError(path, problems);
}
