import { METADATA_NETWORKS, PRIVATE_NETWORKS } from "../config/special_networks.ts";
import { hostMounts, SANDBOX_CACHE, SANDBOX_DENO } from "../sandbox/function_mounts.ts";
import {
  type Launch,
  type Mount,
  sandboxCommand,
  type SandboxOptions,
} from "../sandbox/sandbox.ts";
import { FETCHER_FILE } from "./fetcher.ts";

/** Environment of the process that fetches modules. */
export interface FetcherCommandOptions
  extends Pick<SandboxOptions, "joinFiles" | "landlock" | "network" | "systemCallFilter" | "uid"> {
  /** Small files below `/etc` that look-ups need. */
  readonly etc: readonly Mount[];
  /** Directory of the host that holds a directory for each check. */
  readonly directory: string;
  /** Hosts that the operator names, proxies included; only they may be on this machine. */
  readonly hosts: readonly string[];
  /**
   * Names may lead to private addresses. Without it they lead to the internet alone, also where no
   * firewall is around the fetcher.
   */
  readonly isPrivateAllowed: boolean;
}

const [MODULE, DIRECTORY] = ["/ddsrv/fetcher.js", "/ddsrv/fetch"];

const LOOPBACK: readonly string[] = ["127.0.0.0/8", "0.0.0.0/8", "[::1]", "[::]"];

/**
 * The fetcher with a sandbox around it: its own code is trusted, and what it reads is not. Deno
 * compares the networks that it may not reach with the addresses that names lead to.
 */
export async function fetcherCommand(options: FetcherCommandOptions): Promise<Launch> {
  const { etc, directory, hosts, isPrivateAllowed, ...chain } = options;
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
    ],
  });
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/.test(host);
}
