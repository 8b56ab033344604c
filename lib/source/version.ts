/** One state of a source. */
export interface Version {
  /** `sha256:` of the archive or the manifest, or `git:` and the commit, in hexadecimal digits. */
  readonly digest: string;
  /** Entity tag of an archive's response, with its quotes (RFC 9110, section 8.8.3). */
  readonly etag?: string | undefined;
}

/** Answer of a source. */
export type Fetched =
  /** The source still has one of the versions that the caller knows. */
  | { readonly type: "known"; readonly version: Version }
  /** Another version, whose verified archive is in the file. */
  | { readonly type: "found"; readonly version: Version };

/** Options of everything that asks a source. */
export interface FetchOptions {
  /** Versions that the caller needs no archive of. */
  readonly known: readonly Version[];
  /** Path of a new file for the archive; nobody else writes to its directory. */
  readonly file: string;
  /** Text of `--source-auth-file`, if it is set. */
  readonly authText: string | undefined;
  readonly signal: AbortSignal;
}
