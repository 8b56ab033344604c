import { METADATA_NETWORKS, PRIVATE_NETWORKS } from "../config/special_networks.ts";
import { hostMounts } from "../sandbox/function_mounts.ts";
import { SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/sandbox_paths.ts";
import {
  type Launch,
  type Mount,
  sandboxCommand,
  type SandboxOptions,
} from "../sandbox/sandbox.ts";
import { FETCHER_FILE } from "./fetcher.ts";

/** Options of {@linkcode fetcherCommand}. */
export interface FetcherCommandOptions
  extends Pick<SandboxOptions, "joinFiles" | "landlock" | "network" | "systemCallFilter" | "uid"> {
  /** Mounts of the files in `/etc` that name resolution needs. */
  readonly etc: readonly Mount[];
  /** Host directory with a subdirectory for each check. */
  readonly directory: string;
  /** Hosts that the operator names, proxies included; only these may be on this machine. */
  readonly hosts: readonly string[];
  /** Names may resolve to private addresses; otherwise only to public ones. */
  readonly isPrivateAllowed: boolean;
  /** A firewall limits the process, and IPv6 like IPv4; it uses IPv4 alone when left out. */
  readonly hasIpv6?: boolean;
}

const [MODULE, DIRECTORY] = ["/ddsrv/fetcher.js", "/ddsrv/fetch"];

const LOOPBACK: readonly string[] = ["127.0.0.0/8", "0.0.0.0/8", "[::1]", "[::]"];

/**
 * Returns the command of the fetcher in a sandbox. Its code is trusted, but not its input. Deno
 * compares the denied networks with the addresses to which names resolve.
 */
export async function fetcherCommand(options: FetcherCommandOptions): Promise<Launch> {
  const { etc, directory, hosts, isPrivateAllowed, hasIpv6 = false, ...chain } = options;
  const denied = [
    ...METADATA_NETWORKS,
    ...hosts.some(isLoopback) ? [] : LOOPBACK,
    ...isPrivateAllowed ? [] : PRIVATE_NETWORKS,
  ];
  return sandboxCommand({
    ...chain,
    mounts: [
      ...await hostMounts(),
      ...etc,
      { source: FETCHER_FILE, target: MODULE },
      { source: directory, target: DIRECTORY, isWritable: true },
    ],
    scratch: [SANDBOX_CACHE],
    workingDirectory: "/",
    command: [
      SANDBOX_DENO,
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-remote",
      "--no-npm",
      "--no-code-cache",
      "--allow-net",
      `--deny-net=${denied.join(",")}`,
      `--allow-read=${DIRECTORY}`,
      `--allow-write=${DIRECTORY}`,
      MODULE,
      DIRECTORY,
      hasIpv6 ? "both" : "ipv4",
    ],
  });
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/.test(host);
}
