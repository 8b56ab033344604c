/** Options of {@linkcode runInOwnNetwork}. */
export interface OwnNetworkOptions {
  /** Arguments of the script. */
  readonly args?: readonly string[];
  /** Fills the directory of caches before the script runs, while there is a network. */
  readonly prepare?: (cache: string) => Promise<void>;
}

/** Runs a script in a separate network namespace, like the tests, and returns its exit code. */
export async function runInOwnNetwork(
  script: string,
  { args = [], prepare }: OwnNetworkOptions = {},
): Promise<number> {
  const cache = await Deno.makeTempDir({ prefix: "ddsrv-bench-" });
  try {
    await prepare?.(cache);
    const { code } = await new Deno.Command("unshare", {
      args: ["--net", "--mount", "--propagation", "private", Deno.execPath(), "run", "--quiet"]
        .concat(["--allow-all", "tests/outer.ts", "run", "--quiet", "--allow-all", script])
        .concat(args),
      cwd: new URL("../..", import.meta.url),
      env: { DDSRV_TEST_CACHE: cache },
      stdin: "null",
    }).spawn().status;
    return code;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}
