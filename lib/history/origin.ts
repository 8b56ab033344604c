/** Causes of changes that a client announces before it changes a function's folder. */
export const ANNOUNCED_CAUSES = ["add", "deploy", "git", "ui", "undo", "remove"] as const;

/** One of {@linkcode ANNOUNCED_CAUSES}; `undo` restores the folder after an `add` that failed. */
export type AnnouncedCause = typeof ANNOUNCED_CAUSES[number];

/** All causes of changes; `edit` is a change of the folder that nobody announced. */
export const CHANGE_CAUSES = [
  ...ANNOUNCED_CAUSES,
  ...["edit", "rollback", "reload", "env", "config", "stop", "start", "schedule"] as const,
  "source",
] as const;

/** One of {@linkcode CHANGE_CAUSES}. */
export type ChangeCause = typeof CHANGE_CAUSES[number];

/** User who asked for a change. */
export interface ChangeUser {
  readonly uid: number;
  /** `null` if the host has no name for the user. */
  readonly name: string | null;
}

/** Where a change comes from. */
export interface Origin {
  readonly by: ChangeCause;
  /** Git commit of the new code: 7 to 64 hexadecimal digits in lower case. */
  readonly commit?: string | undefined;
  /** Revision that a rollback restores; a stopped function does not find out by a start. */
  readonly revision?: string | undefined;
  /** `undefined` if nobody asked over the control socket. */
  readonly user?: ChangeUser | undefined;
}

/** Name of a git commit, shortened or whole; SHA-1 has 40 digits, SHA-256 has 64. */
export const COMMIT = /^[0-9a-f]{7,64}$/;
