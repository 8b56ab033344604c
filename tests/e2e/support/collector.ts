// A telemetry collector (OTLP over HTTP, as JSON) in the pretend internet. As a program it takes an
// address and prints each delivery as one line; as a module it starts that program.

/** One request of an exporter. */
export interface Delivery {
  /** `/v1/traces`, `/v1/metrics` or `/v1/logs`. */
  readonly path: string;
  readonly authorization: string | null;
  /** Name of the source, `service.name`. */
  readonly service: string;
  readonly text: string;
}

/** A running collector. Disposing of it stops it. */
export interface Collector extends AsyncDisposable {
  /** Deliveries so far. */
  readonly deliveries: readonly Delivery[];
}

/** Starts a collector on an address of the pretend internet. */
export async function startCollector(hostname: string, port: number): Promise<Collector> {
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", "world", Deno.execPath(), "run", "--quiet", "--allow-net"]
      .concat(new URL(import.meta.url).pathname, hostname, String(port)),
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const deliveries: Delivery[] = [];
  const listening = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line === "listening") listening.resolve();
        else deliveries.push(JSON.parse(line));
      }
    }
    listening.reject(new Error("The collector ended before it listened"));
  };
  const reading = read();
  await listening.promise;
  return {
    deliveries,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reading;
    },
  };
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function receive(request: Request): Promise<Response> {
  const text = await request.text();
  const [, service = ""] = /"service\.name",\s*"value":\s*\{\s*"stringValue":\s*"([^"]*)"/
    .exec(text) ?? [];
  const { pathname: path } = new URL(request.url);
  const delivery: Delivery = {
    path,
    authorization: request.headers.get("authorization"),
    service,
    text,
  };
  say(JSON.stringify(delivery));
  return Response.json({});
}

if (import.meta.main) {
  const [hostname = "", port = ""] = Deno.args;
  const onListen = (): void => say("listening");
  Deno.serve({ hostname, port: Number(port), onListen }, receive);
}
