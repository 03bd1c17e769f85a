/** @file Pictures as SVG: the page, and text that may stand in it. */

/** Text as it stands between tags and in attributes of XML. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);

/** The end of a text that is longer than `most` characters: what tells a path from its neighbours. */
export const ending = (text: string, most: number): string =>
  text.length <= most ? text : `...${text.slice(3 - most)}`;

/**
 * A white page with elements on it, in pixels. @param elements SVG, a line each
 * @param style CSS beside the font's
 */
export function svgPage(
  { width, height, style }: { readonly width: number; readonly height: number; readonly style: string },
  elements: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>text{font:12px sans-serif}${style}</style>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...elements,
    "</svg>",
    "",
  ].join("\n");
}
