export const ROLES = ['admin'] as const;
export type Role = (typeof ROLES)[number];

/** What the owner of a name may do besides what everybody may; `adminUsernames` in lower case. */
export function rolesOf(username: string, adminUsernames: readonly string[]): Role[] {
  return adminUsernames.includes(username.toLowerCase()) ? ['admin'] : [];
}

export function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value);
}
