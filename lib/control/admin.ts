import { readProcessFigures } from "../system/process_figures.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { sleep } from "../system/sleep.ts";
import { isAdminHost } from "./admin_host.ts";
import type { SupervisorReport } from "./api.ts";
import { EXPOSITION_TYPE, formatMetrics } from "./exposition.ts";
import { metricsOf } from "./metrics.ts";
import { awaited } from "./readiness.ts";
import { reportFunctions, reportTraffic } from "./report.ts";

/** What {@linkcode openAdmin} listens on and tells of. */
export interface AdminOptions {
  readonly hostname: string;
  /** Names of hosts, in lower case, that it answers to beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** 0 lets the kernel choose. */
  readonly port: number;
  readonly supervisor: Supervisor;
  readonly report: SupervisorReport;
  /** Where clients arrive: connections that are open, and what was turned away. */
  readonly front: Pick<Proxy, "connections" | "figures">;
}

/** The endpoints for those who watch a server. Disposing of it closes them. */
export interface Admin extends AsyncDisposable {
  readonly port: number;
  /** From now on it is not ready: it will stop. */
  readonly stopping: () => void;
}

const SHUTDOWN_MS = 500;

const REFUSED_HOST = "This name is not one of --admin-hosts. Ask by address, or name it there";

/**
 * Serves `/livez`, `/readyz` and `/metrics` by HTTP, to read alone. It is live when it answers; it
 * is ready once all functions that it found have come up or failed, and stays so until it stops.
 * Requests for other hosts than its own are answered with 421.
 *
 * @throws {Deno.errors.AddrInUse} when the port is taken
 */
export function openAdmin(options: AdminOptions): Admin {
  const { hostname, port, supervisor } = options;
  const names = [...options.hosts, hostname.toLowerCase()];
  let isReady = false;
  let isStopping = false;

  function answerReadiness(): Response {
    if (isStopping) return text(503, "it is stopping");
    const reason = isReady ? undefined : awaited({
      hasScanned: supervisor.hasScanned,
      functions: supervisor.functions.values(),
      arriving: supervisor.arriving,
    });
    isReady ||= reason === undefined;
    return reason === undefined ? text(200, "ok") : text(503, reason);
  }

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    // A target may have a host of its own, which stands for what Host says (RFC 9112, 3.2.2).
    if (![request.headers.get("host"), url.host].every((host) => isAdminHost(host, names))) {
      return text(421, REFUSED_HOST);
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "Only GET and HEAD", { allow: "GET, HEAD" });
    }
    switch (url.pathname) {
      case "/livez":
        return text(200, "ok");
      case "/readyz":
        return answerReadiness();
      case "/metrics":
        return new Response(await collect(options), {
          headers: { "content-type": EXPOSITION_TYPE },
        });
      default:
        return text(404, "There are /livez, /readyz and /metrics");
    }
  }

  const server = Deno.serve({
    hostname,
    port,
    onListen: () => {},
    onError: (error) => text(500, String(error)),
  }, (request) => answer(request));
  return {
    port: server.addr.port,
    stopping: () => isStopping = true,
    async [Symbol.asyncDispose]() {
      await Promise.race([server.shutdown(), sleep(SHUTDOWN_MS)]);
    },
  };
}

async function collect(
  { supervisor, report, front }: AdminOptions,
): Promise<string> {
  const [functions, figures] = await Promise.all([
    reportFunctions(supervisor, report),
    readProcessFigures(report.pid),
  ]);
  const { cpuMs = 0, memoryBytes = 0 } = figures ?? {};
  return formatMetrics(metricsOf({
    supervisor: report,
    functions,
    traffic: reportTraffic(supervisor),
    process: { cpuMs, memoryBytes, connections: front.connections },
    front: front.figures,
  }));
}

function text(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(`${message}\n`, { status, headers });
}
