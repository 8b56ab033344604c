/** Verbs whose JSON output has a schema. */
export const JSON_VERBS = [
  "add",
  "check",
  "deploy",
  "diff",
  "doctor",
  "env",
  "history",
  "init",
  "inspect",
  "list",
  "logs",
  "reload",
  "remove",
  "rollback",
  "schedules",
  "start",
  "status",
  "stop",
] as const;

/** One of {@linkcode JSON_VERBS}. */
export type JsonVerb = typeof JSON_VERBS[number];
