/** @file Pieces of Markdown that pages are made of. */

/** Text in the cell of a table: no line breaks, bars escaped. */
export const cell = (text: string): string => text.replace(/\s+/g, " ").replaceAll("|", "\\|").trim();

/** A value as code; empty for an empty one. */
export const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

/** A fenced block. */
export const fence = (language: string, text: string): string =>
  `\`\`\`${language}\n${text.replace(/^\n|\s+$/g, "")}\n\`\`\``;

/** What the first lines of a generated page say. */
export const heading = (title: string, from: string): string =>
  `# ${title}\n\n<!-- Written by tools/docs from ${from}: npm run docs:make. Do not edit. -->`;

/** A page of paragraphs. */
export const page = (parts: readonly string[]): string => `${parts.join("\n\n")}\n`;
