/** Options of `ddsrv logs` that have a meaning on a server. */
export interface RemoteLogs {
  readonly follow?: true | undefined;
  readonly lines?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly stderr?: true | undefined;
  readonly grep?: RegExp | undefined;
  readonly prefix: boolean;
  readonly json?: true | undefined;
}

/**
 * Returns the arguments of `ddsrv logs` on a server for options of this computer. Times become
 * absolute, because the clocks may differ; names of paths here have no meaning there.
 */
export function remoteLogsArguments(
  names: readonly string[],
  options: RemoteLogs,
): string[] {
  const { follow, lines, since, until, stderr, grep, prefix, json } = options;
  const timeOf = (ms: number): string => new Date(ms).toISOString();
  return [
    "logs",
    ...follow ? ["--follow"] : [],
    ...lines === undefined ? [] : ["--lines", lines === Infinity ? "all" : String(lines)],
    ...since === undefined ? [] : ["--since", timeOf(since)],
    ...until === undefined ? [] : ["--until", timeOf(until)],
    ...grep === undefined ? [] : [`--grep=${grep.source}`],
    ...stderr ? ["--stderr"] : [],
    ...prefix ? [] : ["--no-prefix"],
    ...json ? ["--json"] : [],
    "--",
    ...names,
  ];
}
