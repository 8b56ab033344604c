// Measures the proxy beside nginx, HAProxy and a proxy of Deno.serve with fetch: the same upstream,
// in turn, round by round; CPU time of the proxy's process for a request, requests a second, and
// the 99th percentile, each as a ratio to nginx. Everything is on loopback and bounded in time.
import { join } from "node:path";

const TOOLS = [["wrk", "wrk"], ["nginx", "nginx-light"], ["haproxy", "haproxy"]] as const;
const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 64;
const ORIGIN_PORT = 17_000;

/** Ticks of a CPU-time counter in a second, `sysconf(_SC_CLK_TCK)` on Linux. */
const TICKS = 100;

/** A proxy that is measured. */
interface Subject {
  readonly name: string;
  readonly port: number;
  readonly command: readonly string[];
}

/** What one run of one subject gave. */
interface Sample {
  readonly cpuUs: number;
  readonly requests: number;
  readonly p99Us: number;
}

const LUA = `done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(99)))
end
`;

function nginx(directory: string, name: string, server: string): string {
  return `worker_processes 1; daemon off; pid ${directory}/${name}.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  ${
    ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) =>
      `${kind}_temp_path ${directory}/${name}-${kind};`
    ).join(" ")
  }
  upstream origin { server 127.0.0.1:${ORIGIN_PORT}; keepalive 128; }
  server { ${server} keepalive_requests 10000000; }
}
`;
}

const PROXY_SERVER = `listen 127.0.0.1:17001; location /a {
  rewrite ^/a(.*)$ /$1 break; proxy_pass http://origin; proxy_http_version 1.1;
  proxy_set_header Connection ""; proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto http;
  proxy_set_header X-Forwarded-Prefix /a; proxy_set_header X-Request-Id $request_id; }`;

const HAPROXY = `global
  maxconn 8192
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind 127.0.0.1:17002
  http-request set-path %[path,regsub(^/a/?,/)]
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Prefix /a
  default_backend origin
backend origin
  http-reuse always
  server one 127.0.0.1:${ORIGIN_PORT}
`;

const FETCH = `Deno.serve({ port: 17003, hostname: "127.0.0.1", onListen() {} }, (request) => {
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set("x-forwarded-prefix", "/a");
  return fetch("http://127.0.0.1:${ORIGIN_PORT}" + url.pathname.slice(2) + url.search, {
    method: request.method, headers, body: request.body, redirect: "manual",
  });
});
`;

function ours(root: string): string {
  return `import { openProxy } from "${root}lib/proxy/proxy.ts";
import { RouteTable } from "${root}lib/proxy/routes.ts";
import { createUpstream } from "${root}lib/proxy/upstream.ts";
const routes = new RouteTable();
routes.set("a", { type: "ready", upstream: createUpstream("127.0.0.1", ${ORIGIN_PORT}) });
openProxy({ hostname: "127.0.0.1", port: 17004, routes, onError: () => {} });
`;
}

async function main(): Promise<number> {
  const missing = await missingPackages();
  if (missing.length > 0) {
    say(`This measure needs other proxies. Install: apt-get install ${missing.join(" ")}`);
    return 1;
  }
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-bench-" });
  const children: Deno.ChildProcess[] = [];
  try {
    const subjects = await prepare(directory, children);
    print(await measure(subjects, join(directory, "report.lua")));
    return 0;
  } finally {
    for (const child of children) {
      child.kill("SIGTERM");
      await child.status;
    }
    await Deno.remove(directory, { recursive: true });
  }
}

/** Writes the configurations and starts the origin and all subjects. */
async function prepare(
  directory: string,
  children: Deno.ChildProcess[],
): Promise<(Subject & { readonly pid: number })[]> {
  const origin = `listen 127.0.0.1:${ORIGIN_PORT}; location / { return 200 "hello world"; }`;
  const files = {
    "origin.conf": nginx(directory, "origin", origin),
    "nginx.conf": nginx(directory, "proxy", PROXY_SERVER),
    "haproxy.cfg": HAPROXY,
    "fetch.ts": FETCH,
    "ddsrv.ts": ours(new URL("../..", import.meta.url).href),
    "report.lua": LUA,
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory, name), text);
  }
  const at = (name: string): string => join(directory, name);
  const deno = [Deno.execPath(), "run", "--quiet", "--allow-net"];
  const subjects: readonly Subject[] = [
    { name: "nginx", port: 17_001, command: ["nginx", "-c", at("nginx.conf"), "-p", directory] },
    { name: "HAProxy", port: 17_002, command: ["haproxy", "-f", at("haproxy.cfg")] },
    { name: "Deno.serve + fetch", port: 17_003, command: [...deno, at("fetch.ts")] },
    { name: "ddsrv", port: 17_004, command: [...deno, "--no-lock", at("ddsrv.ts")] },
  ];
  children.push(start(["nginx", "-c", at("origin.conf"), "-p", directory]));
  const started = [];
  for (const subject of subjects) {
    const child = start(subject.command);
    children.push(child);
    await listening(subject.port);
    started.push({ ...subject, pid: await workerOf(child.pid, subject.name) });
  }
  return started;
}

async function measure(
  subjects: readonly (Subject & { readonly pid: number })[],
  script: string,
): Promise<Map<string, Sample[]>> {
  const samples = new Map(subjects.map((subject) => [subject.name, [] as Sample[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { name, port, pid } of subjects) {
      const before = await cpuTicks(pid);
      const args = ["-t1", `-c${CONNECTIONS}`, `-d${SECONDS}`, "-s", script];
      const { stdout } = await new Deno.Command("wrk", {
        args: [...args, `http://127.0.0.1:${port}/a`],
      }).output();
      const ticks = await cpuTicks(pid) - before;
      const [, requests, durationUs, p99Us] = /RESULT (\d+) (\d+) (\d+)/
        .exec(new TextDecoder().decode(stdout))!.map(Number);
      // The first round warms up.
      if (round === 0) continue;
      samples.get(name)!.push({
        cpuUs: ticks / TICKS * 1e6 / requests!,
        requests: requests! / (durationUs! / 1e6),
        p99Us: p99Us!,
      });
    }
  }
  return samples;
}

function print(samples: ReadonlyMap<string, readonly Sample[]>): void {
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const figures = (all: readonly Sample[]): number[] =>
    (["cpuUs", "requests", "p99Us"] as const).map((key) => median(all.map((one) => one[key])));
  const base = figures(samples.get("nginx")!);
  say(
    `small keep-alive requests, ${CONNECTIONS} connections: medians of ${ROUNDS} rounds (to nginx)`,
  );
  say(`${"".padEnd(20)}    CPU µs/request      requests/s          p99 µs`);
  for (const [name, all] of samples) {
    const cells = figures(all).map((value, index) =>
      `${value.toFixed(index === 0 ? 1 : 0).padStart(9)} (${(value / base[index]!).toFixed(2)})`
        .padStart(18)
    );
    say(`${name.padEnd(20)}${cells.join("")}`);
  }
}

function start([program = "", ...args]: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(`Nothing came to listen on port ${port}`);
}

/** nginx works in a child of the process that was started. */
async function workerOf(pid: number, name: string): Promise<number> {
  if (name !== "nginx") return pid;
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return Number(children.trim().split(" ")[0]);
}

/** User and system time of a process, in ticks. Source: proc_pid_stat(5), fields 14 and 15. */
async function cpuTicks(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const [program, name] of TOOLS) {
    try {
      await new Deno.Command(program, { args: ["-v"], stdout: "null", stderr: "null" }).output();
    } catch {
      missing.push(name);
    }
  }
  return missing;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

Deno.exit(await main());
