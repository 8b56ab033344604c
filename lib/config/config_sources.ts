/** Where the settings of a supervisor come from; names only, because values can be secret. */
export interface ConfigSources {
  /** Path of the `ddsrv.json` of the functions directory; `null` if there is none. */
  readonly file: string | null;
  /** Names of environment variables, sorted. */
  readonly variables: readonly string[];
  /** Flags of `ddsrv serve`, sorted. */
  readonly flags: readonly string[];
}
