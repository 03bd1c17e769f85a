/** @file The parameters of a model as tensors under other names than those they were found by. */
import type { BoundParameter } from "./bind.js";
import { packedBytes } from "./dtype.js";
import { CheckpointError } from "./errors.js";
import type { TensorNames, TensorPlace } from "./names.js";
import { packStrided } from "./strided.js";
import type { TensorToWrite } from "./tensor-parts.js";

interface Part {
  readonly parameter: BoundParameter;
  readonly place: TensorPlace;
}

/**
 * Every tensor that `names` knows, put together of the parameters that lie in it; each is read when its turn comes. Bytes are
 * moved, never computed with.
 * @throws CheckpointError when parameters that share a tensor are stored in different types
 */
export function arrangeTensors(
  where: string,
  parameters: Iterable<BoundParameter>,
  names: TensorNames,
): readonly (readonly [string, TensorToWrite])[] {
  const parts = new Map<string, Part[]>();
  for (const parameter of parameters) {
    const place = names.nameOf(parameter);
    parts.set(place.name, [...(parts.get(place.name) ?? []), { parameter, place }]);
  }
  return [...parts].map(([name, those]) => [name, tensorOf(where, name, those)] as const);
}

function tensorOf(where: string, name: string, parts: readonly Part[]): TensorToWrite {
  const { parameter, place } = parts[0]!;
  const { dtype } = parameter;
  const other = parts.find((part) => part.parameter.dtype !== dtype);
  if (other !== undefined) {
    const [expected, got] = [
      `${dtype}, as ${parameter.path}`,
      `${other.parameter.dtype} for ${other.parameter.path}`,
    ];
    throw new CheckpointError(where, [
      { subject: name, problem: "its parts are of different types", expected, got },
    ]);
  }
  const { shape, view } = place;
  const isSame = view?.at === undefined && view?.transposed !== true;
  return {
    dtype,
    shape,
    readPart: isSame ? parameter.readPart : undefined,
    read: async () => {
      if (isSame) return parameter.readAs(dtype);
      const whole = new Uint8Array(packedBytes(dtype, shape)!);
      for (const part of parts) await putPart(part, whole);
      return whole;
    },
  };
}

async function putPart({ parameter, place }: Part, whole: Uint8Array<ArrayBuffer>): Promise<void> {
  const { at = 0, transposed = false } = place.view ?? {};
  const data = await parameter.readAs(parameter.dtype);
  const target = whole.subarray(at * data.length, (at + 1) * data.length);
  if (!transposed) return target.set(data);
  const [rows, columns] = parameter.shape as readonly [number, number];
  const layout = { shape: [columns, rows], strides: [1, columns] };
  packStrided(data, packedBytes(parameter.dtype, [1])!, layout, target);
}
