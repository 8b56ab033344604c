import { join, resolve } from "node:path";
import {
  caddyConfiguration,
  FILES,
  haproxyConfiguration,
  nginxConfiguration,
  originConfiguration,
} from "./configurations.ts";
import { PROXY_PORTS, type Route, UPSTREAMS } from "./ports.ts";
import { listening, type Processes, workerOf } from "./processes.ts";
import { CADDY_TOOL, HAPROXY_TOOL, NGINX_TOOL, type Tool } from "./tools.ts";

/** A running proxy, or the upstreams themselves. */
export interface Proxy {
  readonly name: string;
  /** Processes whose CPU time and memory count; empty if they are not measured. */
  readonly pids: readonly number[];
  readonly children: readonly Deno.ChildProcess[];
  /** Returns the port and path that lead to an upstream's path. */
  readonly to: (route: Route, path: string) => Address;
}

/** A port of 127.0.0.1, and the path of a request. */
export interface Address {
  readonly port: number;
  readonly path: string;
}

/** Place of what a proxy needs. */
export interface Place {
  readonly directory: string;
  readonly processes: Processes;
  /** Directory of another checkout. */
  readonly beside?: string | undefined;
}

/** A proxy that can be started. */
export interface ProxyKind {
  /** True if it is measured when no proxy is named. */
  readonly isDefault: boolean;
  /** Program that it needs. */
  readonly needs?: Tool;
  readonly open: (place: Place) => Promise<Proxy>;
}

/** All proxies by their names on the command line, in the order of the table. */
export const PROXIES: Readonly<Record<string, ProxyKind>> = {
  direct: { isDefault: false, open: () => Promise.resolve(DIRECT) },
  nginx: { isDefault: true, needs: NGINX_TOOL, open: openNginx },
  haproxy: { isDefault: true, needs: HAPROXY_TOOL, open: openHaproxy },
  caddy: { isDefault: true, needs: CADDY_TOOL, open: openCaddy },
  fetch: { isDefault: false, open: openFetch },
  pair: { isDefault: false, open: openPair },
  ddsrv: { isDefault: true, open: openDdsrv },
};

/** The program that the upstreams need. */
export const UPSTREAM_TOOL = NGINX_TOOL;

/** The script of a checkout that runs its proxy alone. */
export const BESIDE_SCRIPT = "tests/bench/proxy/ddsrv_proxy.ts";

/** The upstreams without a proxy: the upper bound of load and upstreams. */
const DIRECT: Proxy = {
  name: "no proxy",
  pids: [],
  children: [],
  to: (route, path) => ({ port: UPSTREAMS[route], path }),
};

/** Starts the upstreams of the proxies. */
export async function openUpstreams({ directory, processes }: Place): Promise<void> {
  for (const [name, bytes] of Object.entries(FILES)) {
    await Deno.writeFile(join(directory, name), new Uint8Array(bytes).fill(0x78));
  }
  // nginx's worker is another user if root starts it.
  await Deno.chmod(directory, 0o755);
  const configuration = join(directory, "origin.conf");
  const text = originConfiguration({ directory, name: "origin" });
  await Deno.writeTextFile(configuration, text);
  processes.start(["nginx", "-c", configuration, "-p", directory]);
  processes.start(denoCommand("sink.ts", [String(UPSTREAMS.sink)]));
  processes.start(denoCommand("function_server.ts", [String(UPSTREAMS.functions)]));
  for (const port of Object.values(UPSTREAMS)) await listening(port);
}

/** Starts the ddsrv of another checkout. */
export function openBeside({ processes, beside = "" }: Place): Promise<Proxy> {
  const script = resolve(beside, BESIDE_SCRIPT);
  const child = processes.start(denoCommand(script, proxyArguments(PROXY_PORTS.beside)));
  return opened("beside", PROXY_PORTS.beside, { children: [child] });
}

async function openNginx({ directory, processes }: Place): Promise<Proxy> {
  const configuration = join(directory, "nginx.conf");
  const text = nginxConfiguration({ directory, name: "nginx" }, PROXY_PORTS.nginx);
  await Deno.writeTextFile(configuration, text);
  const child = processes.start(["nginx", "-c", configuration, "-p", directory]);
  await listening(PROXY_PORTS.nginx);
  const pids = [await workerOf(child.pid)];
  return opened("nginx", PROXY_PORTS.nginx, { children: [child], pids });
}

async function openHaproxy({ directory, processes }: Place): Promise<Proxy> {
  const configuration = join(directory, "haproxy.cfg");
  await Deno.writeTextFile(configuration, haproxyConfiguration(PROXY_PORTS.haproxy));
  const child = processes.start(["haproxy", "-db", "-f", configuration]);
  return opened("HAProxy", PROXY_PORTS.haproxy, { children: [child] });
}

async function openCaddy({ directory, processes }: Place): Promise<Proxy> {
  const configuration = join(directory, "Caddyfile");
  await Deno.writeTextFile(configuration, caddyConfiguration(PROXY_PORTS.caddy));
  const command = ["caddy", "run", "--adapter", "caddyfile", "--config", configuration];
  // Caddy writes below these directories.
  const home = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
  const env = { ...home, GOMAXPROCS: "1" };
  // Caddy writes a line for each stream that its client ends.
  const child = processes.start(command, { env, stderr: "null" });
  return opened("Caddy", PROXY_PORTS.caddy, { children: [child] });
}

function openFetch({ processes }: Place): Promise<Proxy> {
  const child = processes.start(denoCommand("fetch_proxy.ts", proxyArguments(PROXY_PORTS.fetch)));
  return opened("Deno.serve + fetch", PROXY_PORTS.fetch, { children: [child] });
}

/** Starts two ddsrv proxies on one port; the kernel distributes new connections. */
function openPair({ processes }: Place): Promise<Proxy> {
  const args = ["--reuse-port", ...proxyArguments(PROXY_PORTS.pair)];
  const children = [1, 2].map(() => processes.start(denoCommand("ddsrv_proxy.ts", args)));
  return opened("two ddsrv", PROXY_PORTS.pair, { children });
}

/** Starts ddsrv's proxy in a process of its own. */
function openDdsrv({ processes }: Place): Promise<Proxy> {
  const child = processes.start(denoCommand("ddsrv_proxy.ts", proxyArguments(PROXY_PORTS.ddsrv)));
  return opened("ddsrv", PROXY_PORTS.ddsrv, { children: [child] });
}

async function opened(
  name: string,
  port: number,
  { children, pids = children.map(({ pid }) => pid) }: {
    readonly children: readonly Deno.ChildProcess[];
    readonly pids?: readonly number[];
  },
): Promise<Proxy> {
  await listening(port);
  return { name, children, pids, to: (route, path) => ({ port, path: `/${route}${path}` }) };
}

/**
 * Returns a command that runs a script of this directory, or one with an absolute path, with the
 * permissions of ddsrv; `reusePort` is still unstable.
 */
export function denoCommand(script: string, args: readonly string[]): string[] {
  const path = new URL(script, import.meta.url).pathname;
  const flags = ["--quiet", "--no-lock", "--unstable-net", "--allow-all"];
  return [Deno.execPath(), "run", ...flags, path, ...args];
}

function proxyArguments(port: number): string[] {
  return [String(port), ...Object.entries(UPSTREAMS).flat().map(String)];
}
