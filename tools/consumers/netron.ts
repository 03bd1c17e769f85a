/**
 * @file Programs in Netron: its own reader of MLIR, as the package from PyPI ships it, opens them. It shows text, and artifacts without loops:
 * those with `while` its version 9.3.3 does not read, whoever wrote them, so that artifacts are not asked of it here.
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";

/** What is used of its modules. */
interface Netron {
  readonly mlir: { readonly ModelFactory: new () => Factory };
  readonly base: { readonly BinaryStream: new (bytes: Uint8Array) => unknown };
  readonly text: Readonly<Record<"Reader" | "Decoder", { readonly open: (bytes: Uint8Array) => unknown }>>;
}

/** Netron, and the folder it is loaded from. */
export interface Loaded {
  readonly of: Netron;
  readonly folder: string;
}

interface Factory {
  match(context: object): Promise<string | null>;
  open(
    context: object,
  ): Promise<{ readonly functions: readonly Graph[]; readonly modules: readonly Graph[] }>;
}

interface Graph {
  readonly nodes: readonly { readonly type: { readonly name: string } }[];
}

/** Copies Netron's scripts to where they are modules, and loads them. @throws ExecaError where `python` has no netron */
export async function loadNetron(python: string, work: string): Promise<Loaded> {
  const script = "import netron, os; print(os.path.dirname(netron.__file__))";
  const { stdout } = await execa(python, ["-c", script]);
  const folder = join(work, "netron");
  await cp(stdout.trim(), folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  const load = async (name: string): Promise<unknown> =>
    import(pathToFileURL(join(folder, `${name}.js`)).href);
  const [mlir, base, text] = await Promise.all(["mlir", "base", "text"].map(load));
  return { of: { mlir, base, text } as Netron, folder };
}

/** Names of the operations that Netron shows of a program's text, of all functions. @throws what Netron does of what it cannot read */
export async function shownByNetron({ of, folder }: Loaded, path: string): Promise<readonly string[]> {
  const bytes = new Uint8Array(await readFile(path));
  const context = {
    identifier: basename(path),
    stream: new of.base.BinaryStream(bytes),
    type: "",
    set(type: string): string {
      this.type = type;
      return type;
    },
    asset: (name: string) => readFile(join(folder, name), "utf8"),
    read: async (type: string) => (type === "text" ? of.text.Reader : of.text.Decoder).open(bytes),
  };
  const factory = new of.mlir.ModelFactory();
  if ((await factory.match(context)) === null) throw new Error(`Netron does not know what ${path} is`);
  const { functions } = await factory.open(context);
  // As its texts write a call.
  const names = functions.flatMap(({ nodes }) => nodes.map(({ type }) => type.name));
  return names.map((name) => (name === "call" ? "func.call" : name));
}
