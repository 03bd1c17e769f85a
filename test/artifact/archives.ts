/** @file For tests: zip archives made by hand, honest or not. */
import { crc32, deflateRawSync } from "node:zlib";

/** An entry; what is not said is what it should be. */
export interface HandmadeEntry {
  readonly name: string;
  readonly data?: Uint8Array | string;
  readonly deflated?: boolean;
  /** Lies. */
  readonly checksum?: number;
  readonly bytes?: number;
  readonly method?: number;
  readonly flags?: number;
  /** File type and permissions. */
  readonly mode?: number;
}

const UTF8_NAMES = 0x0800;
const MADE_ON_UNIX = (3 << 8) | 20;
/** 1 January 1980. */
const DATE = 0x0021;

/** The bytes of an archive. */
export function handmadeArchive(entries: readonly HandmadeEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = Buffer.from(entry.data ?? "");
    const packed = entry.deflated === true ? deflateRawSync(data) : data;
    const name = Buffer.from(entry.name, "utf8");
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? UTF8_NAMES, 2);
    common.writeUInt16LE(entry.method ?? (entry.deflated === true ? 8 : 0), 4);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(entry.checksum ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(entry.bytes ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), common, name, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(MADE_ON_UNIX, 0);
    directory.push(Buffer.from("PK\x01\x02", "latin1"), made, common, rest, name);
    offset += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, list, Buffer.from("PK\x05\x06", "latin1"), end]);
}
