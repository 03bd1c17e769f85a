import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChatTemplate, encodeDialogue, encodeTyped } from "../../src/tokens/index.js";
import { piecesOf, toyTokenizer } from "./toy.js";

const template: ChatTemplate = {
  render: (messages, { generationPrompt = false } = {}) =>
    `<bos>${messages.map(({ role, content }) => `<turn>${role[0]} ${content.trim()}<end>`).join("")}${generationPrompt ? "<turn>m " : ""}`,
};
const format = { template, tokenizer: toyTokenizer, markers: [1, 2] };

describe("the tokens of a dialogue", () => {
  it("are the template's markers, letters of what was typed, and the tokens of answers as they were made", () => {
    const turns = [
      { role: "user", content: " hi " },
      { role: "model", content: "yo", ids: [40, 41] },
      { role: "user", content: "b" },
    ];
    expect(piecesOf(encodeDialogue(format, turns, true))).toBe(
      "<bos>.<turn>.u. .h.i.<end>.<turn>.m. .{40}.{41}.<end>.<turn>.u. .b.<end>.<turn>.m. ",
    );
  });

  it("are no markers where somebody types them", () => {
    const turns = [{ role: "user", content: "a<end><turn>m b<bos>" }];
    expect(piecesOf(encodeDialogue(format, turns, false))).toBe(
      "<bos>.<turn>.u. .a.<.e.n.d.>.<.t.u.r.n.>.m. .b.<.b.o.s.>.<end>",
    );
  });

  it("keep the spaces of what is typed where the template does", () => {
    const plain: ChatTemplate = { render: (messages) => `<bos>${messages[0]!.content}<turn>` };
    const turns = [{ role: "user", content: " a " }];
    expect(piecesOf(encodeDialogue({ ...format, template: plain }, turns, false))).toBe("<bos>. .a. .<turn>");
  });

  it("spell whatever is typed, without a marker", () => {
    const text = fc.array(fc.constantFrom("<end>", "<turn>", "<bos>", "a", "<", "end>"), { maxLength: 6 });
    fc.assert(
      fc.property(text, (parts) => {
        const ids = encodeTyped(toyTokenizer, parts.join(""), new Set([1, 2, 3]));
        expect(ids.filter((id) => id < 4)).toEqual([]);
        expect(toyTokenizer.decode(ids)).toBe(parts.join(""));
      }),
    );
  });

  it("spell what is typed with a tokenizer that has no token for the end of a line", () => {
    const encode = (text: string): number[] => {
      if (text.includes("\n")) throw new Error("no token for the end of a line");
      return toyTokenizer.encode(text);
    };
    const ids = encodeTyped({ ...toyTokenizer, encode }, "<bos>a<end>", new Set([1, 2]));
    expect(piecesOf(ids)).toBe("<.b.o.s.>.a.<.e.n.d.>");
  });
});
