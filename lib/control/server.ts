import { dirname } from "node:path";
import { z } from "zod";
import { judgeName } from "../function/name.ts";
import { checkSource } from "../supervisor/check_source.ts";
import { RollbackError } from "../supervisor/rollback.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { Workplace } from "../supervisor/workplace.ts";
import { sleep } from "../system/sleep.ts";
import { API_PREFIX, type CheckReport, type RollbackReport, type SupervisorReport } from "./api.ts";
import { reportFunction, reportFunctions, reportTraffic } from "./report.ts";
import { parseWait, waitUntil } from "./until.ts";

/** What the control API speaks for. */
export interface ControlOptions {
  readonly socket: string;
  readonly supervisor: Supervisor;
  readonly workplace: Workplace;
  readonly report: SupervisorReport;
}

const checkRequest = z.strictObject({
  // A directory right below the functions directory, and nothing above it.
  name: z.string().min(1).max(255).refine((name) => !/[/\0]/.test(name) && !/^\.\.?$/.test(name)),
  as: z.string().refine((name) => judgeName(name).type === "function"),
});

/** Longest body of a request. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * Serves the control API, HTTP and JSON on a Unix socket that its owner alone may open.
 *
 * @throws {Error} when the socket's path is taken by something that is not ours
 */
export async function openControl(options: ControlOptions): Promise<AsyncDisposable> {
  await clearSocket(options.socket);
  const server = listen(options);
  return {
    async [Symbol.asyncDispose]() {
      await Promise.race([server.shutdown(), sleep(500)]);
      await Deno.remove(options.socket).catch(() => {});
    },
  };
}

function listen(options: ControlOptions): Deno.HttpServer<Deno.UnixAddr> {
  // The mode holds from the first moment on, which a later chmod would not give.
  const umask = Deno.umask(0o177);
  try {
    return Deno.serve(
      { path: options.socket, onListen: () => {}, onError: (error) => failure(500, String(error)) },
      (request, info) => answer({ request, gone: abortWhenDone(info.completed) }, options),
    );
  } finally {
    Deno.umask(umask);
  }
}

async function clearSocket(path: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  let file: Deno.FileInfo;
  try {
    file = await Deno.lstat(path);
  } catch {
    return;
  }
  if (!file.isSocket) {
    throw new Error(`"${path}" is there and is no socket. Remove it, or choose another --socket`);
  }
  if (await isAnswered(path)) {
    throw new Error(
      `Another process listens on "${path}". Stop it, or choose another socket with --socket`,
    );
  }
  await Deno.remove(path);
}

async function isAnswered(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch {
    return false;
  }
}

/** A request, and what aborts when nobody waits for its answer any more. */
interface Call {
  readonly request: Request;
  readonly gone: AbortSignal;
}

function abortWhenDone(completed: Promise<void>): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  completed.then(abort, abort);
  return gone.signal;
}

async function answer(call: Call, options: ControlOptions): Promise<Response> {
  const { request } = call;
  const url = new URL(request.url);
  if (url.pathname !== API_PREFIX && !url.pathname.startsWith(`${API_PREFIX}/`)) {
    return failure(404, `No such path; the API begins at ${API_PREFIX}`);
  }
  const parts = url.pathname.slice(API_PREFIX.length + 1).split("/").map(decodePart);
  if (parts.includes(undefined)) return failure(400, "The path is not UTF-8");
  const [collection, name, verb] = parts;
  const { supervisor, report } = options;
  switch (`${request.method} ${collection}${name ? "/NAME" : ""}${verb ? `/${verb}` : ""}`) {
    case "GET ":
      return Response.json(report);
    case "GET functions":
      return Response.json(await reportFunctions(supervisor, report));
    case "GET traffic":
      return Response.json(reportTraffic(supervisor));
    case "GET functions/NAME":
      return await answerFunction(call, options, name!);
    case "POST functions/NAME/reload":
      return supervisor.reload(name!)
        ? new Response(null, { status: 204 })
        : failure(404, `There is no function "${name}"`);
    case "POST functions/NAME/rollback":
      return await answerRollback(url, options, name!);
    case "POST scan":
      await supervisor.scan(url.searchParams.get("take") ?? undefined);
      return new Response(null, { status: 204 });
    case "POST check":
      return await answerCheck(call, options);
    default:
      return failure(404, `No such path or method: ${request.method} ${url.pathname}`);
  }
}

async function answerFunction(
  { request, gone }: Call,
  { supervisor, report }: ControlOptions,
  name: string,
): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const wait = parseWait(searchParams);
  if (typeof wait === "string") return failure(400, wait);
  await waitUntil(supervisor, name, { ...wait, gone });
  const state = supervisor.functions.get(name);
  if (state !== undefined) {
    return Response.json(await reportFunction(supervisor, state, report));
  }
  const ignored = (await reportFunctions(supervisor, report)).find((one) => one.name === name);
  return ignored === undefined
    ? failure(404, `There is no function "${name}"`)
    : Response.json(ignored);
}

async function answerRollback(
  url: URL,
  { supervisor }: ControlOptions,
  name: string,
): Promise<Response> {
  if (supervisor.functions.get(name)?.isWanted !== true) {
    return failure(404, `There is no function "${name}"`);
  }
  const to = url.searchParams.get("to") ?? undefined;
  if (to !== undefined && !/^[0-9a-f]{4,64}$/.test(to)) {
    return failure(400, `"to" is not the beginning of a revision: 4 to 64 hexadecimal digits`);
  }
  try {
    const report: RollbackReport = { revision: await supervisor.rollBack(name, to) };
    return Response.json(report);
  } catch (error) {
    if (error instanceof RollbackError) return failure(409, error.message);
    throw error;
  }
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

async function answerCheck(
  { request, gone }: Call,
  { workplace }: ControlOptions,
): Promise<Response> {
  // The client says how much it sends: a body of unknown length is not read at all.
  const length = Number(request.headers.get("content-length") ?? Infinity);
  if (!(length <= MAX_BODY_BYTES)) return failure(413, `Send at most ${MAX_BODY_BYTES} bytes`);
  const body = checkRequest.safeParse(await request.json().catch(() => undefined));
  if (!body.success) return failure(400, z.prettifyError(body.error));
  const { name, as: cacheName } = body.data;
  const problem = await checkSource(workplace, { name, cacheName, signal: gone });
  const report: CheckReport = { problem: problem ?? null };
  return Response.json(report);
}

function failure(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
