import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { haproxyConfiguration, originConfiguration, proxyConfiguration } from "./configurations.ts";
import { type Route, SUBJECTS, UPSTREAMS } from "./ports.ts";
import { listening, workerOf } from "./processes.ts";

/** A measured server. */
export interface Subject {
  readonly name: string;
  /** Processes whose CPU time and memory count; empty if they are not measured. */
  readonly pids: readonly number[];
  readonly children: readonly Deno.ChildProcess[];
  /** Returns the URL of an upstream's path through this subject. */
  readonly url: (route: Route, path: string) => string;
}

/** The upstreams without a proxy: the upper bound of load and upstreams. */
export const DIRECT: Subject = {
  name: "no proxy",
  pids: [],
  children: [],
  url: (route, path) => `http://127.0.0.1:${UPSTREAMS[route]}${path}`,
};

const BIG_FILE_BYTES = 10_000_000;

/** Starts the upstreams of the proxies. */
export async function openUpstreams({ directory, processes }: Bench): Promise<void> {
  await Deno.writeFile(join(directory, "10mb"), new Uint8Array(BIG_FILE_BYTES).fill(0x78));
  // nginx's worker is another user if root starts it.
  await Deno.chmod(directory, 0o755);
  const configuration = join(directory, "origin.conf");
  const text = originConfiguration({ directory, name: "origin" });
  await Deno.writeTextFile(configuration, text);
  processes.start(["nginx", "-c", configuration, "-p", directory]);
  processes.start(denoCommand("sink.ts", [String(UPSTREAMS.sink)]));
  await listening(UPSTREAMS.origin);
  await listening(UPSTREAMS.sink);
}

/** Starts all four proxies; the first one is the base of the comparison. */
export async function openSubjects(bench: Bench): Promise<Subject[]> {
  return [
    await openNginx(bench),
    await openHaproxy(bench),
    await openFetch(bench),
    await openDdsrv(bench),
  ];
}

/** Starts nginx with one worker. */
export async function openNginx({ directory, processes }: Bench): Promise<Subject> {
  const configuration = join(directory, "proxy.conf");
  const text = proxyConfiguration({ directory, name: "proxy" }, SUBJECTS.nginx);
  await Deno.writeTextFile(configuration, text);
  const child = processes.start(["nginx", "-c", configuration, "-p", directory]);
  await listening(SUBJECTS.nginx);
  return subject("nginx", SUBJECTS.nginx, { children: [child], pids: [await workerOf(child.pid)] });
}

/** Starts ddsrv's proxy in a separate process. */
export async function openDdsrv({ processes }: Bench): Promise<Subject> {
  const child = processes.start(denoCommand("ddsrv_proxy.ts", proxyArguments(SUBJECTS.ddsrv)));
  await listening(SUBJECTS.ddsrv);
  return subject("ddsrv", SUBJECTS.ddsrv, { children: [child] });
}

/** Starts two ddsrv proxies on one port; the kernel distributes new connections. */
export async function openDdsrvPair({ processes }: Bench): Promise<Subject> {
  const args = ["--reuse-port", ...proxyArguments(SUBJECTS.pair)];
  const children = [1, 2].map(() => processes.start(denoCommand("ddsrv_proxy.ts", args)));
  await listening(SUBJECTS.pair);
  return subject("two ddsrv", SUBJECTS.pair, { children });
}

async function openHaproxy({ directory, processes }: Bench): Promise<Subject> {
  const configuration = join(directory, "haproxy.cfg");
  await Deno.writeTextFile(configuration, haproxyConfiguration(SUBJECTS.haproxy));
  const child = processes.start(["haproxy", "-db", "-f", configuration]);
  await listening(SUBJECTS.haproxy);
  return subject("HAProxy", SUBJECTS.haproxy, { children: [child] });
}

async function openFetch({ processes }: Bench): Promise<Subject> {
  const child = processes.start(denoCommand("fetch_proxy.ts", proxyArguments(SUBJECTS.fetch)));
  await listening(SUBJECTS.fetch);
  return subject("Deno.serve + fetch", SUBJECTS.fetch, { children: [child] });
}

function subject(
  name: string,
  port: number,
  { children, pids = children.map(({ pid }) => pid) }: {
    readonly children: readonly Deno.ChildProcess[];
    readonly pids?: readonly number[];
  },
): Subject {
  const url = (route: Route, path: string): string => `http://127.0.0.1:${port}/${route}${path}`;
  return { name, children, pids, url };
}

/** Returns a command that runs a script of this directory; `reusePort` is still unstable. */
export function denoCommand(script: string, args: readonly string[]): string[] {
  const path = new URL(script, import.meta.url).pathname;
  const flags = ["--quiet", "--no-lock", "--unstable-net", "--allow-net"];
  return [Deno.execPath(), "run", ...flags, path, ...args];
}

function proxyArguments(port: number): string[] {
  return [String(port), ...Object.entries(UPSTREAMS).flat().map(String)];
}
