/** The verbs whose `--json` has a schema. */
export const JSON_VERBS = [
  "add",
  "check",
  "doctor",
  "env",
  "init",
  "inspect",
  "list",
  "logs",
  "reload",
  "remove",
  "rollback",
] as const;

/** One of them. */
export type JsonVerb = typeof JSON_VERBS[number];
