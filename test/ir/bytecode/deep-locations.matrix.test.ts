/** Chains of locations, as recursive programs have them: how deep they are is no matter to reader, writer and printer. */
import { expect, test } from "vitest";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { fileLocation, type Location, nameLocation, sourcePosition } from "../../../src/ir/location.js";
import type { Operation } from "../../../src/ir/operation.js";
import { makeOperation } from "../../../src/ir/rewriter.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";

/** More than a call stack is deep. */
const DEPTH = 20_000;

const makers: Readonly<Record<string, (inner: Location, i: number) => Location>> = {
  name: (child, i) => nameLocation(`f${i}`, child),
  caller: (caller, i) => ({ kind: "callsite", callee: nameLocation(`f${i}`), caller }),
  callee: (callee, i) => ({
    kind: "callsite",
    callee,
    caller: fileLocation({ file: "f.py", line: i, column: 1 }),
  }),
  fused: (inner, i) => ({ kind: "fused", children: [nameLocation(`f${i}`), inner] }),
};

function chain(make: (inner: Location, i: number) => Location, depth: number): Location {
  let location: Location = fileLocation({ file: "start.py", line: 1, column: 2 });
  for (let i = 0; i < depth; i++) location = make(location, i);
  return location;
}

function moduleAt(location: Location): Operation {
  const { name, attributes, regions } = parseModule("module {\n}\n");
  return makeOperation({ name, attributes, regions, location });
}

test.each(Object.keys(makers))(
  "a chain of %s locations, 20,000 deep, is written, read and printed",
  (kind) => {
    const { location } = moduleAt(chain(makers[kind]!, DEPTH));
    const bytes = serializePortable(moduleAt(location));
    const { module } = deserializePortable(bytes);
    expect(Buffer.compare(serializePortable(module), bytes)).toBe(0);
    expect(sourcePosition(module.location)).toEqual(sourcePosition(location));
    expect(printModule(module, { locations: true })).toBe(
      printModule(moduleAt(location), { locations: true }),
    );
  },
);

test.each(Object.keys(makers))("a chain of %s locations keeps its order and its parts", (kind) => {
  const location = chain(makers[kind]!, 4);
  expect(deserializePortable(serializePortable(moduleAt(location))).module.location).toEqual(location);
});
