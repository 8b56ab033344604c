// Runs inside a function's process, before its entry. It sets the function's own variables, and
// serves a module that only exports a server, `export default { fetch }`, as `deno serve` would.
const [, hostname, port] = Deno.env.get("DENO_SERVE_ADDRESS").split(":");

for (const [name, value] of Object.entries(JSON.parse(Deno.readTextFileSync("/ddsrv/env.json")))) {
  Deno.env.set(name, value);
}

addEventListener("load", async () => {
  const entry = await import(Deno.mainModule);
  const server = entry.default;
  if (typeof server?.fetch !== "function") return;
  const handler = (request, info) => server.fetch(request, info);
  try {
    Deno.serve({ hostname, port: Number(port), onListen() {} }, handler);
  } catch (error) {
    // A module that listens by itself has the port already, and stays as it is.
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  }
}, { once: true });
