import { parse } from "jsonc-parser";
import { refuseVastJson } from "../config/json_file.ts";

/** Options of {@linkcode parseLenientJson}. */
export interface LenientJson {
  /** Path of the file, for messages. */
  readonly path: string;
  /** `undefined` if the file does not exist. */
  readonly text: string | undefined;
  /** The operator wrote the file; `false` when left out. */
  readonly isTrusted?: boolean;
}

/**
 * Parses as much as possible of a configuration file of Deno, which reports the errors itself.
 * Returns `undefined` for a missing file.
 *
 * @throws {ConfigError} when the text is nested too deeply, or too large to parse
 */
export function parseLenientJson({ path, text, isTrusted = false }: LenientJson): unknown {
  if (text === undefined) return undefined;
  refuseVastJson({ path, text, isTrusted });
  return parse(text);
}
