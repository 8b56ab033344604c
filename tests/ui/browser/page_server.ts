import { pageFor } from "../../../lib/control/admin_page.ts";
import { openAdminServer } from "../../../lib/control/admin_server.ts";
import { createPageHandler } from "../../../lib/ui/page_handler.ts";
import { PAGE_PATH } from "../../../lib/ui/page_path.ts";
import { trafficReport } from "../../cli/function_report.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { TOKEN } from "../browser_page.ts";
import { ALL_STATES, type FakeSource, fakeSource, HOSTILE } from "../fake_source.ts";

/** A page on loopback, with data that a test changes. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** Address that logs in. */
  readonly loginUrl: string;
  readonly source: FakeSource;
  readonly addLine: (text: string, stream?: "stdout" | "stderr") => Promise<void>;
  /** Lets two seconds pass. Each sample finds new traffic. */
  readonly advance: () => void;
}

const LATENCY_PLACES = [2, 3, 3, 4, 5, 6];

/** Opens the page with one function in each state, and a log of `shop`. */
export async function openPageServer(
  { canWrite = true, reports = ALL_STATES }: {
    readonly canWrite?: boolean;
    readonly reports?: FakeSource["reports"];
  } = {},
): Promise<PageServer> {
  await using stack = new AsyncDisposableStack();
  const logs = stack.use(await temporaryDirectory());
  const source = fakeSource(reports, logs.path);
  let fakeMs = 0;
  const page = stack.use(createPageHandler({
    source,
    takeLink: () => false,
    acceptToken: (token) => Promise.resolve(token === TOKEN),
    remedy: "On the server, this command prints a link that logs in: sudo ddsrv ui --link",
    canWrite: () => canWrite,
    version: "1.2.3",
    now: () => fakeMs + performance.now(),
  }));
  const mounted = { ...page, path: PAGE_PATH };
  const server = stack.use(
    await openAdminServer({
      hostname: "127.0.0.1",
      port: 0,
      answer: () => Promise.resolve({ status: 404, text: "Not found\n" }),
      pageOf: (request) => pageFor(request, mounted, []),
    }),
  );
  const url = `http://127.0.0.1:${server.port}${PAGE_PATH}/`;
  const addLine: PageServer["addLine"] = (text, stream = "stdout") =>
    Deno.writeTextFile(
      `${logs.path}/shop.log`,
      `2026-01-31T09:15:0${text.length % 10}.074Z ${stream} F ${text}\n`,
      { append: true },
    );
  for (let index = 1; index <= 30; index++) {
    await addLine(`\x1b[2mGET\x1b[0m /cart/${index} \x1b[32m200\x1b[0m ${index % 7 + 2} ms`);
  }
  await addLine(`\x1b[31merror\x1b[0m: ${HOSTILE} \x1b]0;title\x07 \x1b[2J and \x07`, "stderr");
  let ticks = 0;
  const { traffic } = source;
  const busy: FakeSource = Object.assign(source, {
    traffic: () => {
      tick();
      return traffic();
    },
  });
  const open = stack.move();
  return {
    url,
    loginUrl: `${url}?token=${TOKEN}`,
    source: busy,
    addLine,
    advance: () => void (fakeMs += 2_000),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };

  function tick(): void {
    ticks++;
    for (const [index, report] of source.reports.entries()) {
      const { name, status } = report;
      if (status !== "ready" && status !== "draining") continue;
      const past = source.counts.get(name)!;
      const count = Math.max(0, Math.round(14 + 9 * Math.sin(ticks / 5 + index) + ticks % 4));
      const more = Array.from(
        { length: count },
        (_, at) => LATENCY_PLACES[(at + ticks) % LATENCY_PLACES.length]!,
      );
      const added = trafficReport(name, more);
      source.counts.set(name, {
        ...past,
        requests: past.requests + count,
        latencies: past.latencies.map((value, place) => value + added.latencies[place]!),
      });
    }
    source.reports = source.reports.map((report, index) =>
      report.cpuMs === null ? report : {
        ...report,
        requests: source.counts.get(report.name)!.requests,
        cpuMs: report.cpuMs + 60 + 50 * Math.sin(ticks / 6 + index),
        ownMemoryBytes: (48 + 9 * Math.sin(ticks / 11 + index) + index * 3) * 1024 ** 2,
      }
    );
  }
}
