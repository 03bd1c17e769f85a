import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Node, Project, type Signature, type Type } from "ts-morph";
import { expect, test } from "vitest";
import { UsageError } from "../src/support/errors.js";
import { root } from "./cli/griffin.js";

/** Objects that a function works on, not what says how: other code makes them, or they are said whole. */
const DATA = new Set([
  ...["ArtifactContent", "Attribute", "AttributeKind", "Attributes", "BoundParameter", "CausalKey"],
  ...["Checkpoint", "Chip", "CompileRequest", "ConfigFiles", "ConfiguredModel", "Counted", "DotDims"],
  ...[
    "ElementType",
    "ErrorDetails",
    "Execution",
    "Format",
    "FormulaModel",
    "GivenParameters",
    "GoldenCase",
    "Head",
    "Heat",
  ],
  ...["HostTensor", "Location", "Manifest", "OpDefinition", "OpParts", "Operation", "OperationParts"],
  ...[
    "Origin",
    "ProgramBuffers",
    "ProgramContent",
    "ProgramKey",
    "ProgramSet",
    "QuantizedType",
    "Size",
    "Step",
  ],
  ...["TensorNames", "TensorSpec", "TensorType", "Tokenizer", "TracedProgram", "Type", "Value"],
]);

/** Questions about options, which are asked of larger ones too. */
const QUESTIONS = new Set([
  ...["isGreedy", "biasOf", "ruledOutBy", "samplingParts", "samplingSettings", "encodePrompts"],
  ...["checkSourceOptions", "completeKey"],
]);

interface Call {
  readonly name: string;
  readonly index: number;
  readonly type: string;
  call(...args: readonly unknown[]): unknown;
}

const partsOf = (type: Type): readonly Type[] =>
  type.isUnion() ? type.getUnionTypes().filter((each) => !each.isUndefined()) : [type];

/** Whether a type is an object with something that may be left out. */
const isOptions = (type: Type): boolean =>
  partsOf(type).some(
    (part) =>
      (part.isObject() || part.isIntersection()) &&
      !part.isArray() &&
      !part.isTuple() &&
      part.getCallSignatures().length === 0 &&
      !part.getSymbol()?.getDeclarations().some(Node.isClassDeclaration) &&
      part.getProperties().some((property) => property.isOptional()),
  );

/** Where a signature takes options. */
const takenBy = (signatures: readonly Signature[], at: Node): readonly { index: number; type: string }[] =>
  signatures.flatMap((signature) =>
    signature.getParameters().flatMap((parameter, index) => {
      const [declared] = parameter.getDeclarations();
      const type = Node.isParameterDeclaration(declared) ? declared.getTypeNode()?.getText() : undefined;
      return isOptions(parameter.getTypeAtLocation(at)) ? [{ index, type: type ?? "" }] : [];
    }),
  );

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string>>;
};
const sourceOf = (target: string): string =>
  join(root, target.replace("./dist/", "").replace(/\.js$/, ".ts"));

const isPublic = (declaration: Node): boolean =>
  !Node.isScoped(declaration) || declaration.getScope() === "public";

type Made = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** Every place of a class where options are taken. */
function callsOfClass(name: string, type: Type, made: unknown, at: Node): readonly Call[] {
  const Class = made as { new (...args: readonly unknown[]): unknown; readonly prototype: object };
  const isMade = !Node.isClassDeclaration(at) || at.getConstructors().every(isPublic);
  const construct = isMade ? type.getConstructSignatures() : [];
  const constructors = takenBy(construct, at).map((taken) => ({
    ...{ name: `new ${name}`, ...taken },
    call: (...args: readonly unknown[]) => new Class(...args),
  }));
  const methodsOf = (owner: Type, on: object) =>
    owner.getProperties().flatMap((property) => {
      const method = property.getName();
      const [declaration] = property.getDeclarations();
      if (declaration === undefined || !Node.isMethodDeclaration(declaration) || !isPublic(declaration))
        return [];
      if (declaration.getNameNode().getKindName() === "PrivateIdentifier") return [];
      const signatures = property.getTypeAtLocation(at).getCallSignatures();
      return takenBy(signatures, at).map((taken) => ({
        ...{ name: `${name}.${method}`, ...taken },
        call: (...args: readonly unknown[]) => (on as Made)[method]!.apply(on, args as unknown[]),
      }));
    });
  const instance = type.getProperty("prototype")?.getTypeAtLocation(at);
  const ofInstance = instance === undefined ? [] : methodsOf(instance, Object.create(Class.prototype));
  return [...constructors, ...methodsOf(type, made as object), ...ofInstance];
}

function callsOf(name: string, type: Type, made: unknown, at: Node): readonly Call[] {
  if (/(?:Error|Failure)$/.test(name)) return [];
  if (type.getConstructSignatures().length > 0 || Node.isClassDeclaration(at))
    return callsOfClass(name, type, made, at);
  return takenBy(type.getCallSignatures(), at).map((taken) => ({
    ...{ name, ...taken },
    call: (...args: readonly unknown[]) => (made as Made[string])(...args),
  }));
}

/** What a call throws, at once or later; undefined if nothing. */
async function thrownBy({ call, index }: Call): Promise<unknown> {
  const given = [...Array<undefined>(index).fill(undefined), { nonsense: 1 }];
  try {
    const result = call(...given) as { next?(): unknown } | undefined;
    await (typeof result?.next === "function" ? result.next() : result);
  } catch (error) {
    return error;
  }
  return undefined;
}

test("every function of the package's entries that takes options says which one it has not, before it does anything", async () => {
  const project = new Project({
    tsConfigFilePath: join(root, "tsconfig.json"),
    skipAddingFilesFromTsConfig: true,
  });
  const sources = Object.values(exports).map(sourceOf);
  project.addSourceFilesAtPaths(sources);
  project.resolveSourceFileDependencies();
  const calls: Call[] = [];
  for (const source of sources) {
    const module = (await import(pathToFileURL(source).href)) as Readonly<Record<string, unknown>>;
    for (const [name, [at]] of project.getSourceFileOrThrow(source).getExportedDeclarations()) {
      if (at === undefined || module[name] === undefined) continue;
      if (Node.isSourceFile(at)) {
        const within = module[name] as Readonly<Record<string, unknown>>;
        for (const [inner, [declared]] of at.getExportedDeclarations())
          if (declared !== undefined && within[inner] !== undefined)
            calls.push(...callsOf(`${name}.${inner}`, declared.getType(), within[inner], declared));
      } else if (Node.isClassDeclaration(at)) {
        const type = project.getTypeChecker().getTypeOfSymbolAtLocation(at.getSymbolOrThrow(), at);
        calls.push(...callsOf(name, type, module[name], at));
      } else calls.push(...callsOf(name, at.getType(), module[name], at));
    }
  }
  const asked = calls.filter(
    ({ name, type }) => !QUESTIONS.has(name) && !(type.match(/\w+/g) ?? []).some((word) => DATA.has(word)),
  );
  expect(asked.length).toBeGreaterThan(130);
  const silent: string[] = [];
  for (const one of asked) {
    const error = await thrownBy(one);
    const isTold = error instanceof UsageError && error.message.includes('has no option "nonsense"');
    if (!isTold)
      silent.push(`${one.name}, argument ${one.index} (${one.type}): ${String(error).slice(0, 90)}`);
  }
  expect([...new Set(silent)]).toEqual([]);
}, 300_000);
