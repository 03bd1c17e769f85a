import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createContinuation } from "../../src/tokens/continuation.js";
import { StopStrings } from "../../src/tokens/stop-strings.js";
import { StreamingDecoder } from "../../src/tokens/streaming.js";
import { errorText } from "../weights/files.js";

/** All that is told of a text that comes in pieces. */
function told(pieces: readonly string[], stops: readonly string[]): string {
  const finder = new StopStrings(stops);
  let text = "";
  for (const piece of pieces) {
    const next = finder.push(piece);
    text += next.text;
    if (next.stopped) return `${text}|`;
  }
  return text + finder.end();
}

describe("stop strings", () => {
  it.each([
    [["one", " tw", "o th", "ree"], ["two"], "one |"],
    [["one two"], ["two", "ne"], "o|"],
    [["a", "a", "b"], ["aab"], "|"],
    [["a", "a", "c"], ["aab"], "aac"],
    [["one", "two"], [], "onetwo"],
  ])("%j with %j: %j", (pieces, stops, expected) => {
    expect(told(pieces, stops)).toBe(expected);
  });

  it("hold back no more than may be the beginning of one", () => {
    const finder = new StopStrings(["end."]);
    expect(finder.push("the en")).toEqual({ text: "the ", stopped: false });
    expect(finder.push("emy")).toEqual({ text: "enemy", stopped: false });
  });

  it("cut a text where the first of them begins, however it comes", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 20 });
    const stop = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), fc.array(stop, { maxLength: 3 }), (pieces, stops) => {
        const whole = pieces.join("");
        // The stop that is complete first ends the text; of those, the one that begins first.
        let expected = whole;
        for (let end = 0, seen = ""; end < pieces.length; end++) {
          seen += pieces[end]!;
          const found = stops.map((each) => seen.indexOf(each)).filter((at) => at >= 0);
          if (found.length === 0) continue;
          expected = `${whole.slice(0, Math.min(...found))}|`;
          break;
        }
        expect(told(pieces, stops)).toBe(expected);
      }),
    );
  });

  it("are not empty", async () => {
    expect(await errorText(() => new StopStrings([""]))).toBe(
      "usage error: a stop string is empty\n  expected: at least one character",
    );
  });

  it("are a list: a text alone is refused, which has the empty one in it", async () => {
    expect(await errorText(() => new StopStrings("end" as never))).toBe(
      'usage error: stop strings are a list of texts\n  expected: ["\\n"]\n  got:      "end"',
    );
  });

  it("end a sequence, across tokens", () => {
    const decoder = new StreamingDecoder({
      decode: (ids) => ids.map((id) => String.fromCharCode(id)).join(""),
    });
    const next = createContinuation({ decoder, eosIds: [0], maxNewTokens: 9, stop: ["cd"] });
    expect(Array.from("abcd", (letter) => next(letter.charCodeAt(0)))).toMatchObject([
      { text: "a", finished: undefined },
      { text: "b", finished: undefined },
      { text: "", finished: undefined },
      { text: "", finished: "stop" },
    ]);
  });
});
