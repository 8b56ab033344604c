import { eventually, within } from "../patience.ts";
import type { Shape, ShapeRequest } from "./shape.ts";

/** One thing that a client saw. */
export interface Observation {
  readonly what: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Fields that belong to the connection or the moment, not to the application. */
const PASSING = ["connection", "date", "keep-alive", "transfer-encoding"];

/** Options of {@linkcode exercise}. */
export interface ExerciseOptions {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Environment of a client that is a program. */
  readonly env: Readonly<Record<string, string>>;
}

/** Characters of a body that an error shows. */
const MAX_SHOWN = 2_000;

/** Makes the requests of a shape. */
export async function exercise(
  shape: Shape,
  { url, env }: ExerciseOptions,
): Promise<readonly Observation[]> {
  if (shape.client !== undefined) return await runClient(shape.client, { url, env });
  const seen: Observation[] = [];
  for (const request of shape.requests ?? [{ path: "/" }]) {
    const { method = "GET", path } = request;
    seen.push(await within(send(request, url), `a response to ${method} ${path}`));
  }
  return seen;
}

/** Returns the first request that bare Deno did not answer as the shape says. */
export function findUnexpected(
  shape: Shape,
  seen: readonly Observation[],
): string | undefined {
  if (shape.client !== undefined) return undefined;
  const requests = shape.requests ?? [{ path: "/" }];
  const index = requests.findIndex(({ status = 200, contains = "" }, position) => {
    const one = seen[position];
    return one?.status !== status || !one.body.includes(contains);
  });
  return index === -1 ? undefined : format(seen[index]);
}

/** Returns the first difference between two lists of observations. */
export function findDifference(
  bare: readonly Observation[],
  served: readonly Observation[],
): string | undefined {
  const index = Array.from({ length: Math.max(bare.length, served.length) }, (_, at) => at)
    .find((at) => canonical(bare[at]) !== canonical(served[at]));
  if (index === undefined) return undefined;
  return `Deno: ${format(bare[index])}\nddsrv: ${format(served[index])}`;
}

async function send(request: ShapeRequest, url: string): Promise<Observation> {
  const { method = "GET", path, headers = {}, body } = request;
  const response = await fetch(url + path, {
    method,
    headers: { "accept-encoding": "identity", ...headers },
    redirect: "manual",
    ...body === undefined ? {} : { body },
  });
  return {
    what: `${method} ${path}`,
    status: response.status,
    headers: Object.fromEntries(
      [...response.headers].filter(([name]) => !PASSING.includes(name)),
    ),
    body: await readText(response),
  };
}

/** Decodes a body that the server has compressed, which fetch() does only sometimes. */
async function readText(response: Response): Promise<string> {
  const bytes = await response.bytes();
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return new TextDecoder().decode(bytes);
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(plain).text();
}

/** A client prints an array of observations as JSON. */
async function runClient(
  file: string,
  { url, env }: ExerciseOptions,
): Promise<readonly Observation[]> {
  const path = new URL(`clients/${file}`, import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-config", "--no-lock", path, url],
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const { success, stdout, stderr } = await within(child.output(), `the client ${file}`);
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    if (!success) throw new Error(`The client ${file} failed: ${decode(stderr).slice(-2_000)}`);
    return JSON.parse(decode(stdout));
  } catch (error) {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has exited.
    }
    throw error;
  }
}

/** Waits until a port of this host accepts connections, or `isOver` returns true. */
export async function waitForPort(port: number, isOver: () => boolean): Promise<void> {
  await eventually(`port ${port} accepts connections`, async () => {
    if (isOver()) return true;
    try {
      (await Deno.connect({ hostname: "localhost", port })).close();
      return true;
    } catch {
      return false;
    }
  });
}

function canonical(one: Observation | undefined): string {
  return one === undefined ? "nothing" : [...headLines(one), one.body].join("\n");
}

function format(one: Observation | undefined): string {
  if (one === undefined) return "nothing";
  return [...headLines(one), one.body.slice(0, MAX_SHOWN)].join("\n  ");
}

function headLines({ what, status, headers }: Observation): string[] {
  const fields = Object.entries(headers).sort().map(([name, value]) => `${name}: ${value}`);
  return [`${what} ${status}`, ...fields];
}
