/** Why a promise cannot be checked on this deployment. */
export class Skip extends Error {}
