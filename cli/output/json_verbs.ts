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

/** Words whose JSON output has a schema: those verbs, and `version` for `ddsrv --version --json`. */
export const JSON_OUTPUTS = [...JSON_VERBS, "version"] as const;

/** One of {@linkcode JSON_OUTPUTS}. */
export type JsonOutput = typeof JSON_OUTPUTS[number];
