/** Of the table: what a test needs. */
export const kinds: Readonly<Record<string, { readonly why: string }>>;
