import { describe, expect, it } from "vitest";
import { printable, printableInColor, printableLine } from "../../src/support/printable.js";

const HOSTILE = "a\x1b[2J\x1b]0;b\x07\x9b8m\r\u202ec\td\nsigned";

describe("words of others on a terminal", () => {
  it("stand there with what a terminal obeys by its number", () => {
    expect(printable(HOSTILE)).toBe(
      `${String.raw`a\u{1b}[2J\u{1b}]0;b\u{7}\u{9b}8m\u{d}\u{202e}c`}\td\nsigned`,
    );
  });

  it("begin no line of their own in what is one", () => {
    expect(printableLine("name\nsigned by\u2028me")).toBe(String.raw`name\u{a}signed by\u{2028}me`);
  });

  it("leave colours as they are, and nothing else: no text is hidden, none written over", () => {
    expect(printableInColor("\x1b[2mdim\x1b[22m \x1b[31mred\x1b[39m")).toBe(
      "\x1b[2mdim\x1b[22m \x1b[31mred\x1b[39m",
    );
    expect(printableInColor("\x1b[8mhidden \x1b[1A\x1b[30m \x1b[0m")).toBe(
      String.raw`\u{1b}[8mhidden \u{1b}[1A\u{1b}[30m \u{1b}[0m`,
    );
  });
});
