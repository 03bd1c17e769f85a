/** @file Pictures as SVG: the page, and text that may stand in it. */

/** Text as it stands between tags and in attributes of XML. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

/** The end of a text that is longer than `most` characters: what tells a path from its neighbours. */
export const ending = (text: string, most: number): string =>
  text.length <= most ? text : `...${text.slice(3 - most)}`;

/** Colours where people prefer dark pages: of the page, and of text that has none of its own. */
const DARK = ".page{fill:#16191d}text{fill:#e6e6e6}";

/** Size of a page in pixels, and its CSS beside the font's. */
interface Page {
  readonly width: number;
  readonly height: number;
  readonly style: string;
  /** CSS that comes after it where people prefer dark pages. */
  readonly dark: string;
}

/** A page with elements on it, white or, where people prefer that, dark. @param elements SVG, a line each */
export function svgPage({ width, height, style, dark }: Page, elements: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>text{font:12px sans-serif}${style}@media (prefers-color-scheme:dark){${DARK}${dark}}</style>`,
    `<rect width="${width}" height="${height}" fill="#fff" class="page"/>`,
    ...elements,
    "</svg>",
    "",
  ].join("\n");
}
