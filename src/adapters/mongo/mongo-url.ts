/** The database that a connection string names, or ours. */
export function databaseName(url: string): string {
  return /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]+)/.exec(url)?.[1] ?? 'posterr';
}
