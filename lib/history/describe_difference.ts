import type { DifferenceKind, FileDifference } from "./file_difference.ts";
import { unifiedHunks } from "./unified_hunks.ts";

/** Maximum size of a text that is compared line by line. */
export const MAX_TEXT_BYTES = 512 * 1024;

/** The file of one revision at a path, as far as ddsrv has read it. */
export type FileContent =
  | { readonly type: "link"; readonly target: string }
  | { readonly type: "special" }
  | {
    readonly type: "file";
    readonly isExecutable: boolean;
    /** `undefined` if the file is larger than {@linkcode MAX_TEXT_BYTES}. */
    readonly bytes: Uint8Array | undefined;
  };

/** Two sides of a path that differ, or of which one is missing. */
export interface FilePair {
  readonly path: string;
  readonly before: FileContent | undefined;
  readonly after: FileContent | undefined;
}

const SECRET = /^\.env(?:\..*)?$|^\.npmrc$/i;

/**
 * Returns true for a file whose content is secret by its name: env files, and npm's configuration,
 * which can have tokens.
 *
 * @example
 * ```ts
 * import { isSecret } from "./describe_difference.ts";
 * isSecret("shop/.env.local"); // true
 * ```
 */
export function isSecret(path: string): boolean {
  return SECRET.test(path.slice(path.lastIndexOf("/") + 1));
}

/** Describes how the two sides differ; the search for the shortest difference ends after a time. */
export function describeDifference(
  { path, before, after }: FilePair,
  { timeoutMs }: { readonly timeoutMs: number },
): FileDifference {
  const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  const as = (kind: DifferenceKind, hunks: string | null = null): FileDifference => ({
    path,
    change,
    kind,
    hunks,
  });
  const sides = [before, after].filter((side) => side !== undefined);
  if (sides.some(({ type }) => type === "special")) return as("special");
  if (isSecret(path)) return as("secret");
  const texts = [before, after].map(textOf);
  if (texts.includes("large")) return as("large");
  if (texts.includes("binary")) return as("binary");
  const [old, next] = texts.map((text) => typeof text === "object" ? text.text : "");
  if (change === "changed" && old === next && sides[0]!.type === sides[1]!.type) return as("mode");
  const kind = sides.some(({ type }) => type === "link") ? "link" : "text";
  return as(kind, unifiedHunks(old!, next!, { timeoutMs }));
}

function textOf(
  content: FileContent | undefined,
): { readonly text: string } | "large" | "binary" | undefined {
  if (content === undefined || content.type === "special") return undefined;
  if (content.type === "link") return { text: `${content.target}\n` };
  if (content.bytes === undefined) return "large";
  if (content.bytes.includes(0)) return "binary";
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(content.bytes) };
  } catch {
    return "binary";
  }
}
