import { type CodeRecorderOptions, createCodeRecorder } from "./code_recorder.ts";
import { createCodeTemplates } from "./code_templates.ts";
import type { Isolation } from "./isolation.ts";

/** Options of {@linkcode codeCaches}. */
export type CodeCachesOptions =
  & Pick<CodeRecorderOptions, "directory" | "systemCallFilter" | "uid">
  & { readonly landlock: boolean };

/** Returns the parts of an isolation level that make code caches; none without Landlock. */
export function codeCaches(
  options: CodeCachesOptions,
): Pick<Isolation, "codeTemplates" | "recordCode"> {
  if (!options.landlock) return { codeTemplates: undefined };
  const templates = createCodeTemplates(options);
  return { codeTemplates: templates, recordCode: createCodeRecorder({ ...options, templates }) };
}
