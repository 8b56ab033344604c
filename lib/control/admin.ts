import type { Proxy } from "../proxy/proxy.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { readProcessFigures } from "../system/process_figures.ts";
import { isAdminHost } from "./admin_host.ts";
import { type MountedPage, pageFor } from "./admin_page.ts";
import {
  type AdminReply,
  type AdminRequest,
  type AdminServer,
  type AdminServerOptions,
  openAdminServer,
} from "./admin_server.ts";
import type { SupervisorReport } from "./api.ts";
import { EXPOSITION_TYPE, formatMetrics } from "./exposition.ts";
import { metricsOf } from "./metrics.ts";
import { describeSource } from "./describe_source.ts";
import { reportSchedule } from "./schedule_routes.ts";
import { answerWebhook, type Webhook, WEBHOOK_PATH } from "./source_webhook.ts";
import { awaited } from "./awaited_functions.ts";
import { reportFunctions, reportTraffic } from "./report.ts";
import { splitTarget } from "./split_target.ts";

/** Options of {@linkcode openAdmin}. */
export interface AdminOptions {
  readonly hostname: string;
  /** Accepted host names in lower case, in addition to IP addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** 0 lets the kernel choose. */
  readonly port: number;
  /** See `AdminServerOptions`. */
  readonly descriptor?: AdminServerOptions["descriptor"];
  readonly supervisor: Supervisor;
  readonly report: SupervisorReport;
  /** The proxy's open connections, and counts of what it rejected. */
  readonly front: Pick<Proxy, "connections" | "figures">;
  /** The page for people; without it, its path answers 404. */
  readonly page?: MountedPage;
  /** Returns true once the supervisor has seen the functions of the source; always without one. */
  readonly hasSource?: () => boolean;
  /** Without it, webhooks get 404. */
  readonly webhook?: Webhook | undefined;
}

/** The admin endpoint. Disposing of it closes the listener. */
export interface Admin extends AsyncDisposable, Pick<AdminServer, "port" | "address"> {
  /** Makes `/readyz` answer 503, because ddsrv is shutting down. */
  readonly stopping: () => void;
}

/** Field of readiness probes: the digest of the version that is served. */
const DIGEST_FIELD = "x-ddsrv-source-digest";

const REFUSED_HOST = "This host is not in --admin-hosts. Use an IP address, or add the host there";

/**
 * Serves `/livez`, `/readyz` and `/metrics` over HTTP. `/readyz` answers 200 once all functions
 * have started or failed, until ddsrv shuts down; with a source, not before its first version, and it
 * says which version is served. Requests for other hosts get 421.
 *
 * @throws {Error} if the port is in use
 */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const { hostname, port, supervisor } = options;
  const names = [...options.hosts, hostname.toLowerCase()];
  let isReady = false;
  let isStopping = false;

  function answerReadiness(): AdminReply {
    if (isStopping) return text(503, "ddsrv is shutting down");
    const reason = isReady ? undefined : awaited({
      hasSource: options.hasSource?.() ?? true,
      hasScanned: supervisor.hasScanned,
      functions: supervisor.functions.values(),
      unsettled: supervisor.unsettled,
    });
    isReady ||= reason === undefined;
    const { source } = options.report;
    const said = reason ?? "ok";
    if (!source) return text(reason === undefined ? 200 : 503, said);
    return text(
      reason === undefined ? 200 : 503,
      `${said}\nsource: ${describeSource(source)}`,
      source.digest === null ? {} : { [DIGEST_FIELD]: source.digest },
    );
  }

  async function answer(request: AdminRequest): Promise<AdminReply> {
    const { method, target, host } = request;
    const asked = splitTarget(target, host);
    if (!isAdminHost(host, names) || !isAdminHost(asked.host, names)) {
      return text(421, REFUSED_HOST);
    }
    const path = asked.target.split("?", 1)[0];
    if (path === WEBHOOK_PATH && options.webhook !== undefined) {
      return method === "POST"
        ? await answerWebhook(request, options.webhook)
        : text(405, "Use POST", { allow: "POST" });
    }
    if (method !== "GET" && method !== "HEAD") {
      return text(405, "Use GET or HEAD", { allow: "GET, HEAD" });
    }
    switch (path) {
      case "/livez":
        return text(200, "ok");
      case "/readyz":
        return answerReadiness();
      case "/metrics":
        return {
          status: 200,
          text: await collect(options),
          headers: { "content-type": EXPOSITION_TYPE },
        };
      default:
        return text(404, "Not found. Use /livez, /readyz or /metrics");
    }
  }

  const page = options.page;
  const server = await openAdminServer({
    hostname,
    port,
    descriptor: options.descriptor,
    answer,
    ...page !== undefined && { pageOf: (request) => pageFor(request, page, names) },
  });
  return {
    port: server.port,
    address: server.address,
    stopping: () => isStopping = true,
    [Symbol.asyncDispose]() {
      page?.[Symbol.dispose]();
      return server[Symbol.asyncDispose]();
    },
  };
}

async function collect({ supervisor, report, front }: AdminOptions): Promise<string> {
  const functions = await reportFunctions(supervisor, report);
  const { cpuMs = 0, memoryBytes = 0 } = readProcessFigures(report.pid) ?? {};
  return formatMetrics(metricsOf({
    supervisor: report,
    functions,
    traffic: reportTraffic(supervisor),
    schedules: supervisor.schedules.list().map(reportSchedule),
    process: { cpuMs, memoryBytes, connections: front.connections },
    front: front.figures,
  }));
}

function text(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): AdminReply {
  return { status, text: `${message}\n`, headers };
}
