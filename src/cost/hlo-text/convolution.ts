/** @file What HLO text says of a convolution: `window={size=3x3 pad=1_1x1_1}, dim_labels=b01f_01io->b01f`. */
import type { Convolution } from "../hlo.js";

/** @param attributes with `dim_labels`, and `window` where there are spatial dimensions */
export function readConvolution(attributes: ReadonlyMap<string, string>): Convolution {
  const [input = "", kernel = "", output = ""] = (attributes.get("dim_labels") ?? "").split(/_|->/);
  const window = new Map(
    (attributes.get("window") ?? "")
      .replaceAll(/[{}]/g, "")
      .split(" ")
      .map((part) => part.split("=") as [string, string]),
  );
  const each = (name: string, fallback: string, i: number): string =>
    window.get(name)?.split("x")[i] ?? fallback;
  const spatial = [...input].filter((label) => /\d/.test(label)).sort();
  return {
    window: spatial.map((_, i) => ({
      size: Number(each("size", "1", i)),
      stride: Number(each("stride", "1", i)),
      paddingLow: Number(/^(-?\d+)_-?\d+$/.exec(each("pad", "0_0", i))?.[1]),
      windowDilation: Number(each("rhs_dilate", "1", i)),
      baseDilation: Number(each("lhs_dilate", "1", i)),
    })),
    input: { spatial: spatial.map((label) => input.indexOf(label)) },
    kernel: { inputFeature: kernel.indexOf("i") },
    output: {
      batch: output.indexOf("b"),
      feature: output.indexOf("f"),
      spatial: spatial.map((label) => output.indexOf(label)),
    },
  };
}
