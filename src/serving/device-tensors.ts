/** @file Named tensors that stay on a device: copied, and rows of some put into others. The plugin compiles what does it from the types and layouts alone. */
import {
  type ArgumentSpec,
  type Client,
  type DeviceBuffer,
  type Executable,
  formatType,
  ifSupported,
  rowMajorLayout,
  sameLayout,
  type TensorSpec,
} from "../runtime-pjrt/index.js";
import { InternalError } from "../support/errors.js";
import { remember } from "../support/remember.js";
import { closeAll } from "./close-all.js";

/** Tensors by name. */
export type Tensors = ReadonlyMap<string, DeviceBuffer>;

/** Which axis of each tensor holds the rows of a batch, by name. */
export type RowAxes = ReadonlyMap<string, number>;

/** One row of a batch of tensors. */
export interface TensorRow {
  readonly tensors: Tensors;
  readonly row: number;
}

/** Copies and moves; programs are compiled when a type is first met, and kept. Close it. */
export class DeviceTensors implements Disposable {
  readonly #programs = new Map<string, Promise<Executable>>();

  constructor(private readonly client: Client) {}

  /** Enqueues a copy of every tensor, in memory of its own. @throws PjrtError */
  async copy(tensors: Tensors): Promise<Tensors> {
    if (tensors.size === 0) return new Map();
    const specs = [...tensors.values()].map((buffer) => specOf(this.client, buffer));
    const executable = await this.#program(`copy ${specs.map(keyOf).join()}`, () => copyProgram(specs), {
      arguments: specs,
      results: specs,
    });
    return named(tensors, await executable.execute([...tensors.values()]));
  }

  /**
   * Enqueues writing a row of `from` over a row of `into`, whose buffers are used up: the results take their place. Both have the same names,
   * and types that differ in the number of rows alone.
   * @throws PjrtError
   */
  async place(into: TensorRow, from: TensorRow, axes: RowAxes): Promise<Tensors> {
    const names = [...into.tensors.keys()];
    const [targets, sources] = [into, from].map(({ tensors }) =>
      names.map((name) => specOf(this.client, of(tensors, name))),
    );
    const rowAxes = names.map((name) => of(axes, name));
    const donated = targets!.map((spec) => ({ ...spec, donated: true }));
    const place: ArgumentSpec[] = [...donated, ...sources!, INDEX, INDEX];
    const id = `place ${place.map(keyOf).join()} ${rowAxes.join()}`;
    const text = () => placeProgram(targets!, sources!, rowAxes);
    const executable = await this.#program(id, text, { arguments: place, results: targets! });
    const indices: DeviceBuffer[] = [];
    try {
      for (const row of [into.row, from.row]) indices.push(await this.#index(row));
      const buffers = [into, from].flatMap(({ tensors }) => names.map((name) => of(tensors, name)));
      const results = await executable.execute([...buffers, ...indices]);
      closeAll(into.tensors.values());
      return named(into.tensors, results);
    } finally {
      closeAll(indices);
    }
  }

  /**
   * Enqueues a copy of every tensor with zeros after it along each axis that is longer in its type among `types`, in the layout that is said
   * there. @throws PjrtError
   */
  async grow(tensors: Tensors, types: ReadonlyMap<string, TensorSpec>): Promise<Tensors> {
    const given = [...tensors.values()].map((buffer) => specOf(this.client, buffer));
    const wanted = [...tensors.keys()].map((name): TensorSpec => {
      const { elementType, dimensions, layout } = of(types, name);
      return layout === undefined ? { elementType, dimensions } : { elementType, dimensions, layout };
    });
    const id = `grow ${given.map(keyOf).join()} ${wanted.map(keyOf).join()}`;
    const text = () => growProgram(given, wanted);
    const executable = await this.#program(id, text, { arguments: given, results: wanted });
    return named(tensors, await executable.execute([...tensors.values()]));
  }

  #index(row: number): Promise<DeviceBuffer> {
    return this.client.toDevice({ ...INDEX, data: Int32Array.of(row) });
  }

  #program(
    id: string,
    text: () => string,
    signature: { readonly arguments: readonly ArgumentSpec[]; readonly results: readonly TensorSpec[] },
  ): Promise<Executable> {
    return remember(this.#programs, id, () => this.client.compile({ program: text(), signature }));
  }

  /** Frees the programs; tensors are their owners'. */
  close(): void {
    for (const program of this.#programs.values())
      program.then((executable) => executable.close()).catch(() => undefined);
    this.#programs.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const INDEX: TensorSpec = { elementType: "i32", dimensions: [] };

/** The type of a buffer, and its layout where that is not the device's own for the type. */
function specOf(client: Client, { elementType, dimensions, layout }: DeviceBuffer): TensorSpec {
  const type = { elementType, dimensions };
  const own = ifSupported(() => client.defaultLayout(type)) ?? rowMajorLayout(dimensions.length);
  return sameLayout(layout, own, dimensions) ? type : { ...type, layout };
}

/** Tells types with other layouts apart. */
const keyOf = (spec: TensorSpec): string => `${formatType(spec)}${spec.layout ?? ""}`;

/** What a program says of an argument or result beside its type. */
function attributesOf({ layout }: TensorSpec, ...others: readonly string[]): string {
  const all = [...others, ...(layout === undefined ? [] : [`mhlo.layout_mode = "${layout}"`])];
  return all.length === 0 ? "" : ` {${all.join(", ")}}`;
}

const resultTypes = (specs: readonly TensorSpec[]): string =>
  specs.map((spec) => `${formatType(spec)}${attributesOf(spec)}`).join(", ");

const named = (like: Tensors, buffers: readonly DeviceBuffer[]): Tensors =>
  new Map([...like.keys()].map((name, i) => [name, buffers[i]!]));

function of<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name);
  if (found === undefined)
    throw new InternalError(`tensors to be placed have other names: ${name} is missing`);
  return found;
}

/** Results that are not said to alias an argument lie in memory of their own. */
function copyProgram(specs: readonly TensorSpec[]): string {
  const types = specs.map(formatType);
  const parameters = specs.map((spec, i) => `%a${i}: ${types[i]}${attributesOf(spec)}`).join(", ");
  const results = types.map((_, i) => `%a${i}`).join(", ");
  return `module @copy_tensors {
  func.func public @main(${parameters}) -> (${resultTypes(specs)}) {
    func.return ${results} : ${types.join(", ")}
  }
}
`;
}

function zeroOf(elementType: string): string {
  if (elementType.startsWith("c")) return "(0.0, 0.0)";
  if (elementType === "i1") return "false";
  return /^b?f/.test(elementType) ? "0.0" : "0";
}

function growProgram(given: readonly TensorSpec[], wanted: readonly TensorSpec[]): string {
  const parameters = given.map((spec, i) => `%a${i}: ${formatType(spec)}${attributesOf(spec)}`).join(", ");
  const pads = given.flatMap((spec, i) => {
    const { elementType, dimensions } = spec;
    const scalar = formatType({ elementType, dimensions: [] });
    const more = dimensions.map((size, axis) => wanted[i]!.dimensions[axis]! - size);
    const none = dimensions.map(() => 0).join(", ");
    return [
      `%z${i} = stablehlo.constant dense<${zeroOf(elementType)}> : ${scalar}`,
      `%r${i} = stablehlo.pad %a${i}, %z${i}, low = [${none}], high = [${more.join(", ")}], interior = [${none}] : (${formatType(spec)}, ${scalar}) -> ${formatType(wanted[i]!)}`,
    ];
  });
  return `module @grow_tensors {
  func.func public @main(${parameters}) -> (${resultTypes(wanted)}) {
    ${pads.join("\n    ")}
    func.return ${given.map((_, i) => `%r${i}`).join(", ")} : ${wanted.map(formatType).join(", ")}
  }
}
`;
}

function placeProgram(
  targets: readonly TensorSpec[],
  sources: readonly TensorSpec[],
  axes: readonly number[],
): string {
  const index = formatType(INDEX);
  const types = targets.map(formatType);
  const parameters = [
    ...targets.map(
      (spec, i) => `%a${i}: ${types[i]}${attributesOf(spec, `tf.aliasing_output = ${i} : i32`)}`,
    ),
    ...sources.map((spec, i) => `%b${i}: ${formatType(spec)}${attributesOf(spec)}`),
    `%to: ${index}`,
    `%from: ${index}`,
  ];
  const moves = targets.flatMap((target, i) => {
    const at = axes[i]!;
    const row = { ...target, dimensions: target.dimensions.map((size, axis) => (axis === at ? 1 : size)) };
    const starts = (name: string) =>
      row.dimensions.map((_, axis) => (axis === at ? name : "%zero")).join(", ");
    const indices = row.dimensions.map(() => index).join(", ");
    const [rowType, source] = [formatType(row), formatType(sources[i]!)];
    return [
      `%row${i} = stablehlo.dynamic_slice %b${i}, ${starts("%from")}, sizes = [${row.dimensions.join(", ")}] : (${source}, ${indices}) -> ${rowType}`,
      `%r${i} = stablehlo.dynamic_update_slice %a${i}, %row${i}, ${starts("%to")} : (${types[i]}, ${rowType}, ${indices}) -> ${types[i]}`,
    ];
  });
  return `module @place_row {
  func.func public @main(${parameters.join(", ")}) -> (${resultTypes(targets)}) {
    %zero = stablehlo.constant dense<0> : ${index}
    ${moves.join("\n    ")}
    func.return ${types.map((_, i) => `%r${i}`).join(", ")} : ${types.join(", ")}
  }
}
`;
}
