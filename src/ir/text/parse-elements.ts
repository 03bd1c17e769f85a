/**
 * @file Dense literals. The type stands after the literal, so the literal is skipped first and then read
 * once, straight into bytes: no token, string or number object is kept per element.
 */
import type { Attribute } from "../attribute.js";
import { type Elements, heldBytes, rawElements } from "../elements.js";
import {
  bitWidth,
  byteWidth,
  type ElementType,
  elementCount,
  type FloatType,
  formatType,
  isComplex,
  isFloat,
  isQuantized,
  isStatic,
  type ScalarType,
  type TensorType,
  tensorOfVector,
  type Type,
} from "../types.js";
import type { ParseContext } from "./context.js";
import { longestNumber } from "./cursor.js";
import { floatToBits } from "../floats/bits.js";
import { fitInteger } from "./parse-attributes.js";
import { parseType } from "./parse-types.js";
import { formatElements } from "./print-elements.js";

/** Offset of the `>` that ends a list of elements. */
function endOfList({ cursor }: ParseContext, from: number): number {
  const { text } = cursor;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 62) return at;
    if (code === 34 || code === 60) break;
    if (code !== 47 || text.charCodeAt(at + 1) !== 47) continue;
    const lineEnd = text.indexOf("\n", at);
    if (lineEnd === -1) break;
    at = lineEnd;
  }
  return cursor.fail('the literal does not end: expected ">"', from);
}

/** What stands between `<` and `>` of a literal: bytes in hexadecimal, or a list that ends at an offset. */
interface Literal {
  readonly from: number;
  readonly content: string | number;
}

function skipLiteral(context: ParseContext): Literal {
  const { cursor } = context;
  cursor.expectWord("dense");
  if (cursor.kind !== "<") cursor.failExpected('"<"');
  const from = cursor.end;
  if (cursor.following === '"') {
    cursor.advance();
    const bytes = cursor.expect("string").slice(1, -1);
    cursor.expect(">");
    return { from, content: bytes };
  }
  const end = endOfList(context, from);
  cursor.continueAt(end + 1);
  return { from, content: end };
}

/** `dense<..> : T`; that of a vector, which no op here takes, is kept as its text. */
export function parseDense(context: ParseContext): Attribute {
  const { cursor } = context;
  const { from, content } = skipLiteral(context);
  cursor.expect(":", "and the type of the literal");
  const { start } = cursor;
  const written = parseType(context);
  const type = checkType(context, tensorOfVector(written) ?? written, start);
  const value =
    typeof content === "string"
      ? fromHexadecimal(context, content, type, from)
      : new ElementReader(context, type, from, content).read();
  if (type === written) return { kind: "elements", value };
  return { kind: "opaque", text: `dense<${formatElements(value)}> : ${formatType(written)}` };
}

function checkType({ cursor }: ParseContext, type: Type, at: number): TensorType {
  if (type.kind !== "tensor" || !isStatic(type) || type.element === "tf32")
    return cursor.fail(`a literal must be a tensor of known size, got ${formatType(type)}`, at);
  if (!Number.isSafeInteger(elementCount(type.shape) * byteWidth(type.element)))
    cursor.fail("the literal has too many elements", at);
  return type;
}

const storageOf = (element: ElementType): ScalarType => (isQuantized(element) ? element.storage : element);

function fromHexadecimal({ cursor }: ParseContext, text: string, type: TensorType, at: number): Elements {
  if (!text.startsWith("0x")) cursor.fail('a literal in quotes must be hexadecimal, "0x.."', at);
  const bytes = Uint8Array.from(Buffer.from(text.slice(2), "hex"));
  if (bytes.length * 2 !== text.length - 2) cursor.fail("the literal is not hexadecimal", at);
  const storage = storageOf(type.element);
  const count = elementCount(type.shape);
  const width = byteWidth(storage);
  // Older releases pack i1 eight to a byte.
  const isSplat =
    bytes.length === width && count > 0 && (storage !== "i1" || [0, 1, 255].includes(bytes[0]!));
  if (storage === "i1" && !isSplat && bytes.length !== count && bytes.length === Math.ceil(count / 8))
    return rawElements(
      type,
      Uint8Array.from({ length: count }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1),
    );
  if (!isSplat && bytes.length !== count * width)
    cursor.fail(`the literal has ${bytes.length} bytes, ${formatType(type)} needs ${count * width}`, at);
  return rawElements(type, heldBytes(bytes, storage));
}

const numberToken = /-?(?:0x[0-9A-Fa-f]+|[0-9]+(\.[0-9]*(?:[eE][-+]?[0-9]+)?)?)/y;
const blanks = /(?:[ \t\r\n]|\/\/[^\n]*)*/y;

/** Reads the elements between two offsets of the text into bytes. */
class ElementReader {
  readonly #element: ScalarType;
  readonly #text: string;
  readonly #width: number;
  #bytes: Uint8Array;
  #view: DataView;
  #at: number;
  #count = 0;

  constructor(
    readonly context: ParseContext,
    readonly type: TensorType,
    from: number,
    readonly end: number,
  ) {
    this.#element = storageOf(type.element);
    this.#text = context.cursor.text;
    this.#width = byteWidth(this.#element);
    // An element takes at least a character and a comma; the buffer grows no larger than the text.
    const capacity = Math.min(elementCount(type.shape), Math.ceil((end - from + 1) / 2));
    this.#bytes = new Uint8Array(Math.max(1, capacity) * this.#width);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = from;
  }

  read(): Elements {
    const { shape } = this.type;
    const total = elementCount(shape);
    const from = this.#at;
    this.#skip();
    if (this.#at === this.end) {
      if (total !== 0) this.#fail(`${formatType(this.type)} needs ${total} elements`, from);
      return rawElements(this.type, new Uint8Array(0));
    }
    const isList = this.#text[this.#at] === "[";
    if (isList) this.#list(0);
    else this.#item();
    this.#skip();
    if (this.#at !== this.end) this.#fail('expected ">" after the elements');
    // A single element may stand for none too: it stays a splat.
    return rawElements(this.type, this.#bytes.slice(0, this.#count * this.#width));
  }

  #list(depth: number): void {
    const { shape } = this.type;
    const open = this.#at;
    if (depth === shape.length) this.#fail(`the list is nested deeper than ${formatType(this.type)}`);
    this.#at++;
    let items = 0;
    this.#skip();
    if (this.#text[this.#at] !== "]") {
      do {
        this.#skip();
        if (++items > shape[depth]!) break;
        if (depth + 1 < shape.length) this.#inner(depth + 1);
        else this.#item();
        this.#skip();
      } while (this.#accept(","));
    }
    if (items !== shape[depth])
      this.#fail(`dimension ${depth} of ${formatType(this.type)} needs ${shape[depth]} items`, open);
    if (!this.#accept("]")) this.#fail('expected "," or "]"');
  }

  #inner(depth: number): void {
    if (this.#text[this.#at] !== "[")
      this.#fail(`expected a list for dimension ${depth} of ${formatType(this.type)}`);
    this.#list(depth);
  }

  #item(): void {
    const element = this.#element;
    const at = this.#count++ * this.#width;
    if (!isComplex(element)) {
      this.#scalar(element, at);
      return;
    }
    const part = element === "complex<f32>" ? "f32" : "f64";
    if (!this.#accept("(")) this.#fail("expected a complex number such as (1.0,2.0)");
    this.#skip();
    this.#scalar(part, at);
    this.#skip();
    if (!this.#accept(",")) this.#fail('expected "," in a complex number');
    this.#skip();
    this.#scalar(part, at + this.#width / 2);
    this.#skip();
    if (!this.#accept(")")) this.#fail('expected ")" after a complex number');
  }

  #scalar(element: ScalarType, at: number): void {
    if (element === "i1") {
      const value = this.#word("true") ? 1 : this.#word("false") ? 0 : undefined;
      if (value !== undefined) {
        this.#bytes[at] = value;
        return;
      }
    }
    numberToken.lastIndex = this.#at;
    const match = numberToken.exec(this.#text);
    if (match === null) this.#fail(`expected an element of type ${element}`);
    const literal = match![0];
    if (literal.length > longestNumber) this.#fail("the number is too long");
    if (isFloat(element)) this.#float(element, literal, match![1] !== undefined, at);
    else this.#integer(element, literal, match![1] !== undefined, at);
    this.#at += literal.length;
  }

  #float(element: FloatType, literal: string, isFloatLiteral: boolean, at: number): void {
    if (isFloatLiteral && element === "f32") {
      this.#view.setFloat32(at, Number(literal), true);
      return;
    }
    if (!isFloatLiteral && !literal.startsWith("0x"))
      this.#fail(`expected a float such as 1.0, or the bits of one, got ${literal}`);
    const bits = isFloatLiteral ? floatToBits(element, Number(literal)) : BigInt(literal);
    if (bits >> BigInt(bitWidth(element)) !== 0n) this.#fail(`${literal} has more bits than ${element}`);
    this.#store(bits, at, byteWidth(element));
  }

  #integer(element: ScalarType, literal: string, isFloatLiteral: boolean, at: number): void {
    if (isFloatLiteral) this.#fail(`expected an integer, got ${literal}`);
    if (element === "i32" && literal.length < 10) {
      this.#view.setInt32(at, Number(literal), true);
      return;
    }
    const magnitude = BigInt(literal.replace("-", ""));
    const value = fitInteger(literal.startsWith("-") ? -magnitude : magnitude, element);
    if (value === undefined) this.#fail(`${literal} is no ${element}`);
    if (element === "i1") this.#bytes[at] = value === 0n ? 0 : 1;
    else this.#store(BigInt.asUintN(8 * this.#width, value!), at, this.#width);
  }

  #store(bits: bigint, at: number, width: number): void {
    let rest = bits;
    for (let i = at; i < at + width; i++) {
      this.#bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  #skip(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code > 32 && code !== 47) return;
    blanks.lastIndex = this.#at;
    this.#at += blanks.exec(this.#text)![0].length;
  }

  #accept(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #fail(message: string, at = this.#at): never {
    return this.context.cursor.fail(message, at);
  }
}
