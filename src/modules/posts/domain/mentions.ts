const MENTION = /(?<![\p{L}\p{M}\p{N}@.])@([A-Za-z0-9]{1,14})(?![\p{L}\p{M}\p{N}])/gu;

/** The names mentioned in a text, in lower case, each once, in the order of the text. They may be nobody's. */
export function mentionedNames(text: string): string[] {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(MENTION)) names.add(name.toLowerCase());
  return [...names];
}
