/** @file Pickles (Lib/pickletools.py of Python) that are lied about: a program of opcodes that describes tensors, in which opcodes are put, taken away, doubled, and given other arguments. */
import type { Random } from "./format.js";

type Token = Buffer;

const little = (value: number | bigint, bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n)));

const op = (code: number, ...parts: readonly Buffer[]): Token => Buffer.concat([Buffer.of(code), ...parts]);
const [MARK, TUPLE, REDUCE, PERSISTENT, SETITEMS, EMPTY_DICT, STOP] = [
  0x28, 0x74, 0x52, 0x51, 0x75, 0x7d, 0x2e,
];

const text = (value: string, bytes = Buffer.byteLength(value)): Token =>
  op(0x58, little(bytes, 4), Buffer.from(value));
const integer = (value: number): Token => op(0x4a, little(value, 4));
const long = (value: bigint, bytes: number, said = bytes): Token =>
  op(0x8a, little(said, 1), little(value, bytes));
const global = (module: string, name: string): Token => op(0x63, Buffer.from(`${module}\n${name}\n`));

const one = <T>(list: readonly T[], random: Random): T => list[random(list.length)]!;

const NUMBERS: readonly ((random: Random) => Token)[] = [
  (random) => integer(one([0, 1, 2, 4, 5, -1, 2 ** 31 - 1, -(2 ** 31)], random)),
  (random) => long(one([0n, 1n, -1n, 4n, 2n ** 31n, 2n ** 53n, 2n ** 63n, -(2n ** 63n)], random), 9),
  (random) => long(2n ** 500n, 64 + random(3), one([0, 1, 64, 65, 255], random)),
  (random) =>
    op(0x8b, little(one([0, 1, 64, 2 ** 31 - 1, 2 ** 32 - 1], random), 4), Buffer.alloc(random(80), 0xff)),
  () => op(0x47, Buffer.from([0x7f, 0xf8, 0, 0, 0, 0, 0, 0])),
  () => op(0x4e),
  () => op(0x88),
];

const GLOBALS = [
  ["torch", "FloatStorage"],
  ["torch", "DoubleStorage"],
  ["torch", "BoolStorage"],
  ["torch", "UntypedStorage"],
  ["torch.storage", "UntypedStorage"],
  ["torch", "bfloat16"],
  ["torch", "Size"],
  ["torch._utils", "_rebuild_tensor_v2"],
  ["torch._utils", "_rebuild_tensor_v3"],
  ["torch._utils", "_rebuild_parameter"],
  ["collections", "OrderedDict"],
  ["builtins", "eval"],
  ["posix", "system"],
  ["torch", "__proto__"],
  ["__proto__", "constructor"],
  ["", ""],
] as const;

/** Anything that an opcode can be, whole or cut off. */
const ANY: readonly ((random: Random) => Token)[] = [
  ...NUMBERS,
  (random) => {
    const [module, name] = one(GLOBALS, random);
    return global(module, name);
  },
  (random) => op(random(256)),
  (random) => op(one([MARK, TUPLE, REDUCE, PERSISTENT, SETITEMS, EMPTY_DICT, STOP], random)),
  (random) =>
    op(
      one([0x30, 0x31, 0x32, 0x61, 0x62, 0x64, 0x65, 0x6c, 0x73, 0x81, 0x85, 0x86, 0x87, 0x93, 0x94], random),
    ),
  (random) => op(one([0x68, 0x71], random), little(random(8), 1)),
  (random) => op(one([0x6a, 0x72], random), little(one([0, 1, 2 ** 32 - 1], random), 4)),
  (random) => text(one(["", "w", "params", "storage", "0", "../0", "__proto__", "\0"], random)),
  (random) => text("w", one([0, 2, 2 ** 31, 2 ** 32 - 1], random)),
  (random) => op(0x8d, little(one([0n, 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n], random), 8)),
  (random) => op(one([0x42, 0x54], random), little(one([0, 1, 2 ** 31, 2 ** 32 - 1], random), 4)),
  (random) => op(0x95, little(random(2) === 0 ? 2n ** 64n - 1n : 4n, 8)),
  (random) => op(0x80, little(random(8), 1)),
];

const integers = (values: readonly Token[]): readonly Token[] => [op(MARK), ...values, op(TUPLE)];

/** A tensor of `name`, whose numbers are right or not. */
function tensor(name: string, random: Random): readonly Token[] {
  const number = (right: number) => (random(12) === 0 ? one(NUMBERS, random)(random) : integer(right));
  const rank = random(8) === 0 ? random(70) : 2;
  const sizes = Array.from({ length: rank }, () => number(2));
  const strides = Array.from({ length: rank }, (_, i) => number(i === 0 ? 2 : 1));
  const makers = [0, 0, 0, 0, 1, 2].map(
    (i) => ["_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_tensor"][i]!,
  );
  return [
    text(name),
    global("torch._utils", one(makers, random)),
    op(MARK),
    ...[op(MARK), text("storage"), global("torch", random(12) === 0 ? "DoubleStorage" : "FloatStorage")],
    ...[text(random(12) === 0 ? "9" : "0"), text("cpu"), number(4), op(TUPLE), op(PERSISTENT)],
    number(0),
    ...integers(sizes),
    ...integers(strides),
    ...[op(0x89), global("collections", "OrderedDict"), op(0x29), op(REDUCE)],
    ...(random(8) === 0 ? [one(ANY, random)(random)] : []),
    op(TUPLE),
    op(REDUCE),
  ];
}

/** Few bytes that stand for much. */
const BOMBS: readonly ((random: Random) => readonly Token[])[] = [
  // Tuples of the same twice, and again.
  (random) => [
    op(EMPTY_DICT),
    ...Array.from({ length: 10 + random(100) }, () => [op(0x32), op(0x86)]).flat(),
  ],
  (random) => [
    op(0x28, Buffer.alloc(2 ** (10 + random(10)), one([0x28, 0x29, 0x5d, 0x7d, 0x85, 0x32], random))),
  ],
  // A dict in itself, lists in themselves, and a tuple of what is being made.
  () => [op(EMPTY_DICT), op(0x71, Buffer.of(0)), text("w"), op(0x68, Buffer.of(0)), op(0x73)],
  () => [op(0x5d), op(0x71, Buffer.of(0)), op(0x68, Buffer.of(0)), op(0x61)],
  // Dicts that each hold another twice.
  (random) => [
    ...[op(EMPTY_DICT), op(0x71, Buffer.of(0))],
    ...Array.from({ length: random(60) }, (_, i) => [
      ...[op(EMPTY_DICT), op(0x71, Buffer.of(i + 1)), text("a"), op(0x68, Buffer.of(i)), op(0x73)],
      ...[text("b"), op(0x68, Buffer.of(i)), op(0x73)],
    ]).flat(),
  ],
  // A long name around many.
  (random) => [
    ...[op(EMPTY_DICT), text("n".repeat(random(5000))), op(EMPTY_DICT), op(MARK)],
    ...Array.from({ length: random(2000) }, (_, i) => [integer(i), op(0x4e)]).flat(),
    ...[op(SETITEMS), op(0x73)],
  ],
];

/** A pickle that says which tensors lie in a storage 0 of four f32, mostly; the same for the same numbers. */
export function lyingPickle(random: Random): Uint8Array {
  const tokens: Token[] = [op(0x80, Buffer.of(2)), op(EMPTY_DICT), op(MARK)];
  for (let i = random(4); i >= 0; i--) tokens.push(...tensor(`w${i}`, random));
  tokens.push(op(SETITEMS), op(STOP));
  for (let lies = random(4); lies > 0; lies--) {
    const at = random(tokens.length);
    const kind = random(6);
    if (kind === 0) tokens.splice(at, 1);
    else if (kind === 1) tokens.splice(at, 0, tokens[random(tokens.length)]!);
    else if (kind === 2) tokens.splice(at, 0, ...one(BOMBS, random)(random));
    else if (kind === 3) tokens[at] = one(ANY, random)(random);
    else tokens.splice(at, 0, one(ANY, random)(random));
  }
  const bytes = Buffer.concat(tokens);
  return random(12) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}
