// A minimal proxy with Deno.serve and fetch. It sets only one of the forwarding fields, so it does
// less work than the others. Arguments: its port, then pairs of an upstream's name and port.
const [port, ...pairs] = Deno.args;
const upstreams = new Map<string, string>();
for (let index = 0; index < pairs.length; index += 2) {
  upstreams.set(pairs[index]!, `http://127.0.0.1:${pairs[index + 1]}`);
}

const options: Deno.ServeTcpOptions = {
  hostname: "127.0.0.1",
  port: Number(port),
  onListen() {},
  // The load ends with requests in flight.
  onError: () => new Response("Error forwarding request", { status: 502 }),
};

Deno.serve(options, (request) => {
  const { pathname, search } = new URL(request.url);
  const end = pathname.indexOf("/", 1);
  const name = pathname.slice(1, end);
  const upstream = upstreams.get(name);
  if (upstream === undefined) return new Response("Function not found", { status: 404 });
  const headers = new Headers(request.headers);
  headers.set("x-forwarded-prefix", `/${name}`);
  return fetch(upstream + pathname.slice(end) + search, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
  });
});
