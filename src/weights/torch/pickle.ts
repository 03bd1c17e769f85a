/**
 * @file Python pickles read as data: a stack machine over bytes (protocols 2 to 5, as Lib/pickletools.py of Python describes them) that
 * imports nothing and calls nothing. Names of modules are looked up in a table of the caller's, which refuses all it does not know.
 */
import { PickleError, PickleGlobal, type PickleRules, type PickleValue } from "./pickle-values.js";

/** Opcodes by their byte, with the names of pickletools. */
const OPCODES: ReadonlyMap<number, keyof typeof actions> = new Map([
  [0x28, "MARK"],
  [0x29, "EMPTY_TUPLE"],
  [0x2e, "STOP"],
  [0x30, "POP"],
  [0x31, "POP_MARK"],
  [0x32, "DUP"],
  [0x42, "BINBYTES"],
  [0x43, "SHORT_BINBYTES"],
  [0x47, "BINFLOAT"],
  [0x4a, "BININT"],
  [0x4b, "BININT1"],
  [0x4d, "BININT2"],
  [0x4e, "NONE"],
  [0x51, "BINPERSID"],
  [0x52, "REDUCE"],
  [0x54, "BINSTRING"],
  [0x55, "SHORT_BINSTRING"],
  [0x58, "BINUNICODE"],
  [0x5d, "EMPTY_LIST"],
  [0x61, "APPEND"],
  [0x62, "BUILD"],
  [0x63, "GLOBAL"],
  [0x64, "DICT"],
  [0x65, "APPENDS"],
  [0x68, "BINGET"],
  [0x6a, "LONG_BINGET"],
  [0x6c, "LIST"],
  [0x71, "BINPUT"],
  [0x72, "LONG_BINPUT"],
  [0x73, "SETITEM"],
  [0x74, "TUPLE"],
  [0x75, "SETITEMS"],
  [0x7d, "EMPTY_DICT"],
  [0x80, "PROTO"],
  [0x81, "NEWOBJ"],
  [0x85, "TUPLE1"],
  [0x86, "TUPLE2"],
  [0x87, "TUPLE3"],
  [0x88, "NEWTRUE"],
  [0x89, "NEWFALSE"],
  [0x8a, "LONG1"],
  [0x8b, "LONG4"],
  [0x8c, "SHORT_BINUNICODE"],
  [0x8d, "BINUNICODE8"],
  [0x93, "STACK_GLOBAL"],
  [0x94, "MEMOIZE"],
  [0x95, "FRAME"],
] as const);

/** The newest protocol there is. */
const NEWEST_PROTOCOL = 5;

/** Longer integers mean nothing in a file of tensors, bytes. */
const LONGEST_INTEGER = 64;

/**
 * What a pickle may have made: a step counts as 1, as does each item that a call is given, a dict or a call as 8 more. A tensor takes some 80,
 * and a byte of a pickle can make a dict of a hundred bytes, or have a list of millions copied.
 */
const MOST_WORK = 2 ** 24;
const DICT_OR_CALL = 8;

const MARK = Symbol("mark");

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value of a pickle. @throws PickleError for anything but data that the rules know */
export function readPickle(bytes: Uint8Array, rules: PickleRules): PickleValue {
  const machine = new Machine(bytes, rules);
  while (machine.result === undefined) {
    const at = machine.position;
    const code = machine.byte();
    machine.charge(1);
    const name = OPCODES.get(code);
    if (name === undefined) {
      throw new PickleError(`byte ${at} of the pickle is no opcode that tensors need`, {
        got: `0x${code.toString(16).padStart(2, "0")}`,
      });
    }
    actions[name](machine);
  }
  return machine.result;
}

class Machine {
  position = 0;
  result: PickleValue | undefined;
  readonly memo = new Map<number, PickleValue>();
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #view: DataView;
  #work = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly rules: PickleRules,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  charge(work: number): void {
    this.#work += work;
    if (this.#work > MOST_WORK)
      throw new PickleError("the pickle makes more than tensors need", {
        expected: `at most ${MOST_WORK} steps and items`,
      });
  }

  newDict(): Map<PickleValue, PickleValue> {
    this.charge(DICT_OR_CALL);
    return new Map();
  }

  take(count: number): number {
    const at = this.position;
    if (count > this.bytes.length - at) {
      throw new PickleError("the pickle is cut off", {
        expected: `${count} bytes at byte ${at}`,
        got: `${this.bytes.length - at} bytes`,
      });
    }
    this.position += count;
    return at;
  }

  byte = (): number => this.bytes[this.take(1)]!;
  uint16 = (): number => this.#view.getUint16(this.take(2), true);
  uint32 = (): number => this.#view.getUint32(this.take(4), true);
  int32 = (): number => this.#view.getInt32(this.take(4), true);
  float64 = (): number => this.#view.getFloat64(this.take(8), false);

  uint64(): number {
    const value = this.#view.getBigUint64(this.take(8), true);
    if (value > BigInt(this.bytes.length)) throw new PickleError("the pickle is cut off");
    return Number(value);
  }

  slice(count: number): Uint8Array {
    const at = this.take(count);
    return this.bytes.slice(at, at + count);
  }

  text(count: number): string {
    try {
      return decoder.decode(this.slice(count));
    } catch {
      throw new PickleError("a text of the pickle is not UTF-8");
    }
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new PickleError("the pickle is cut off");
    const text = this.text(end - this.position);
    this.position = end + 1;
    return text;
  }

  /** Two's complement, little-endian. */
  long(count: number): number | bigint {
    if (count > LONGEST_INTEGER) throw new PickleError("an integer of the pickle is too long");
    let value = 0n;
    for (const byte of this.slice(count).toReversed()) value = value * 256n + BigInt(byte);
    return plain(count === 0 ? 0n : BigInt.asIntN(count * 8, value));
  }

  push(value: PickleValue | typeof MARK): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw new PickleError("the pickle takes what is not there");
    return value;
  }

  peek(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  popToMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw new PickleError("the pickle takes what is not there");
    return this.#stack.splice(at).slice(1) as PickleValue[];
  }

  remember(index: number): void {
    this.memo.set(index, this.peek());
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleError("the pickle recalls what it never remembered");
    this.push(value);
  }

  list(): PickleValue[] {
    const value = this.peek();
    if (Array.isArray(value)) return value as PickleValue[];
    throw new PickleError("the pickle appends to what is no list");
  }

  dict(): Map<PickleValue, PickleValue> {
    const value = this.peek();
    if (value instanceof Map) return value;
    throw new PickleError("the pickle sets items of what is no dict");
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== "string" || typeof name !== "string")
      throw new PickleError("a name of the pickle is no text");
    const full = `${module} ${name}`;
    const value = this.rules.global(full);
    if (value === undefined) throw refuse(full, "names");
    this.push(value);
  }

  call(callee: PickleValue, args: PickleValue): void {
    const name = callee instanceof PickleGlobal ? callee.name : "what is no name";
    const items = Array.isArray(args) ? (args as readonly PickleValue[]) : [];
    // What is given may be copied, however often: the memo gives it again for a few bytes.
    const lengths = items.map((item) => (Array.isArray(item) ? item.length : 1));
    this.charge(lengths.reduce((sum, length) => sum + length, DICT_OR_CALL));
    const value = Array.isArray(args) ? this.rules.call(name, args) : undefined;
    // Names that are not known are refused where they are named.
    if (value === undefined && callee instanceof PickleGlobal) throw refuseArguments(name);
    if (value === undefined) throw refuse(name, "calls");
    this.push(value);
  }
}

const refuse = (name: string, verb: string): PickleError =>
  new PickleError(`the pickle ${verb} ${name.replace(" ", ".")}, which no tensor needs`, {
    expected: "dicts, lists, numbers, text and tensors",
    hint: "nothing of the file was run; save the tensors alone: torch.save(model.state_dict(), PATH)",
  });

const refuseArguments = (name: string): PickleError =>
  new PickleError(`the pickle gives ${name.replace(" ", ".")} what it does not take`, {
    expected: "a storage, where the tensor begins in it, at most 64 sizes and as many strides, none below 0",
    hint: "fetch the file again, or save the tensors alone: torch.save(model.state_dict(), PATH)",
  });

const plain = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

const setItems = (target: Map<PickleValue, PickleValue>, items: readonly PickleValue[]): void => {
  if (items.length % 2 !== 0) throw new PickleError("the pickle sets an item without a value");
  for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
};

/** What each opcode does to the machine. */
const actions = {
  PROTO: (m: Machine) => {
    const version = m.byte();
    if (version > NEWEST_PROTOCOL) {
      const [expected, got] = [`at most ${NEWEST_PROTOCOL}`, `${version}`];
      throw new PickleError("the pickle's protocol is not known", { expected, got });
    }
  },
  FRAME: (m: Machine) => void m.take(8),
  STOP: (m: Machine) => {
    m.result = m.pop();
  },
  MARK: (m: Machine) => m.push(MARK),
  POP: (m: Machine) => void m.pop(),
  POP_MARK: (m: Machine) => void m.popToMark(),
  DUP: (m: Machine) => m.push(m.peek()),
  NONE: (m: Machine) => m.push(null),
  NEWTRUE: (m: Machine) => m.push(true),
  NEWFALSE: (m: Machine) => m.push(false),
  LONG1: (m: Machine) => m.push(m.long(m.byte())),
  LONG4: (m: Machine) => m.push(m.long(m.uint32())),
  BININT: (m: Machine) => m.push(m.int32()),
  BININT1: (m: Machine) => m.push(m.byte()),
  BININT2: (m: Machine) => m.push(m.uint16()),
  BINFLOAT: (m: Machine) => m.push(m.float64()),
  BINSTRING: (m: Machine) => m.push(m.text(m.uint32())),
  SHORT_BINSTRING: (m: Machine) => m.push(m.text(m.byte())),
  BINUNICODE: (m: Machine) => m.push(m.text(m.uint32())),
  SHORT_BINUNICODE: (m: Machine) => m.push(m.text(m.byte())),
  BINUNICODE8: (m: Machine) => m.push(m.text(m.uint64())),
  BINBYTES: (m: Machine) => m.push(m.slice(m.uint32())),
  SHORT_BINBYTES: (m: Machine) => m.push(m.slice(m.byte())),
  EMPTY_LIST: (m: Machine) => m.push([]),
  EMPTY_TUPLE: (m: Machine) => m.push([]),
  EMPTY_DICT: (m: Machine) => m.push(m.newDict()),
  LIST: (m: Machine) => m.push(m.popToMark()),
  TUPLE: (m: Machine) => m.push(m.popToMark()),
  TUPLE1: (m: Machine) => m.push([m.pop()]),
  TUPLE2: (m: Machine) => m.push([m.pop(), m.pop()].reverse()),
  TUPLE3: (m: Machine) => m.push([m.pop(), m.pop(), m.pop()].reverse()),
  DICT: (m: Machine) => {
    const items = m.popToMark();
    const made = m.newDict();
    setItems(made, items);
    m.push(made);
  },
  APPEND: (m: Machine) => {
    const value = m.pop();
    m.list().push(value);
  },
  APPENDS: (m: Machine) => {
    const items = m.popToMark();
    const list = m.list();
    for (const item of items) list.push(item);
  },
  SETITEM: (m: Machine) => {
    const value = m.pop();
    const key = m.pop();
    m.dict().set(key, value);
  },
  SETITEMS: (m: Machine) => {
    const items = m.popToMark();
    setItems(m.dict(), items);
  },
  GLOBAL: (m: Machine) => {
    const module = m.line();
    m.global(module, m.line());
  },
  STACK_GLOBAL: (m: Machine) => {
    const name = m.pop();
    m.global(m.pop(), name);
  },
  REDUCE: (m: Machine) => {
    const args = m.pop();
    m.call(m.pop(), args);
  },
  NEWOBJ: (m: Machine) => {
    const args = m.pop();
    m.call(m.pop(), args);
  },
  // State beside the items of a dict, such as the versions of modules (`_metadata`), is not tensors.
  BUILD: (m: Machine) => {
    m.pop();
    m.dict();
  },
  BINPERSID: (m: Machine) => {
    const value = m.rules.persistent(m.pop());
    if (value === undefined) throw new PickleError("the pickle refers to what is no storage of tensors");
    m.push(value);
  },
  BINPUT: (m: Machine) => m.remember(m.byte()),
  LONG_BINPUT: (m: Machine) => m.remember(m.uint32()),
  MEMOIZE: (m: Machine) => m.remember(m.memo.size),
  BINGET: (m: Machine) => m.recall(m.byte()),
  LONG_BINGET: (m: Machine) => m.recall(m.uint32()),
} satisfies Readonly<Record<string, (machine: Machine) => void>>;
