/** @file The plugins that can be installed: PyPI wheels, pinned by version and hash, and the one library taken out of each. */
import { ownValue } from "../../support/own-value.js";

/** A wheel that holds a plugin. Sizes are bytes. */
export interface PluginWheel {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
  readonly wheelBytes: number;
  /** Path of the library in the wheel. */
  readonly member: string;
  readonly libraryBytes: number;
  /** Of the library itself; `sha256` is the wheel's. */
  readonly librarySha256: string;
  /** Version of the PJRT C API it speaks. */
  readonly api: string;
  /** pip's platform tag; the interpreter where the wheel is made for one. */
  readonly platform: string;
  readonly python?: string;
  readonly summary: string;
}

/** Installable plugins by package name. */
export const PLUGIN_WHEELS = {
  "fastatomstruct-xla-cpu": {
    package: "fastatomstruct-xla-cpu",
    version: "2026.6.23",
    sha256: "88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9",
    wheelBytes: 63200622,
    member: "fastatomstruct_xla_cpu/libpjrt_cpu.so",
    libraryBytes: 273768800,
    librarySha256: "0a0fe56ca17be9efc7b942e89e534e5e0ad4a0f1e369b66d27b62184509015b9",
    api: "0.106",
    platform: "manylinux_2_27_x86_64",
    summary: "XLA for CPUs as zml builds it",
  },
  "xla-cpu-pjrt": {
    package: "xla-cpu-pjrt",
    version: "0.0.1",
    sha256: "55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc",
    wheelBytes: 63461052,
    member: "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so",
    libraryBytes: 259284552,
    librarySha256: "88c3f28c5900f48ad4a82cab9e79bba9537809743395e341485f8794268820dc",
    api: "0.81",
    platform: "manylinux_2_27_x86_64",
    summary: "XLA for CPUs, the oldest version of the API that works",
  },
  "lammps-jax-pjrt-cpu": {
    package: "lammps-jax-pjrt-cpu",
    version: "0.11.2",
    sha256: "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
    wheelBytes: 62711338,
    member: "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
    libraryBytes: 201600336,
    librarySha256: "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
    api: "0.115",
    platform: "manylinux_2_27_x86_64",
    summary: "XLA for CPUs as in jaxlib 0.11.2, the fastest on most of this project's programs",
  },
  libtpu: {
    package: "libtpu",
    version: "0.0.52",
    sha256: "f5e2e596eaea9357fbb5a6755a7a9007c6ab75bfde4a55191b03eff402971140",
    wheelBytes: 137064406,
    member: "libtpu/libtpu.so",
    libraryBytes: 467479448,
    librarySha256: "f86de4d04a058e6b5101f73e0824b95f27e2cec996d2b9191d9cffda75c03077",
    api: "0.117",
    platform: "manylinux_2_31_x86_64",
    python: "3.11",
    summary: "TPUs; compiles for a TPU topology without one",
  },
} as const satisfies Readonly<Record<string, PluginWheel>>;

export type PluginPackage = keyof typeof PLUGIN_WHEELS;

/** The package that a platform name stands for. */
export const DEFAULT_PACKAGE: Readonly<Record<string, PluginPackage>> = {
  cpu: "lammps-jax-pjrt-cpu",
  tpu: "libtpu",
};

/** Names that wheels are asked for by: of platforms, and of packages. */
export const wheelNames: readonly string[] = [...Object.keys(DEFAULT_PACKAGE), ...Object.keys(PLUGIN_WHEELS)];

/** The wheel for a platform name or a package name, if there is one. */
export function wheelFor(name: string): PluginWheel | undefined {
  const wheels: Readonly<Record<string, PluginWheel>> = PLUGIN_WHEELS;
  return ownValue(wheels, ownValue(DEFAULT_PACKAGE, name) ?? name);
}
