// Runs inside a function's process, before its entry. It sets the function's own variables, and
// serves a module that only exports a server, `export default { fetch }`, as `deno serve` would.
const { listen, variables } = JSON.parse(
  Deno.readTextFileSync(new URL("start.json", import.meta.url)),
);

// Only this process needs it, and has read it by now. Without env permission, it stays.
try {
  Deno.env.delete("DENO_LOG");
} catch (error) {
  if (!(error instanceof Deno.errors.NotCapable)) throw error;
}
for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);

if (listen.type === "unix") {
  // Requests over a Unix socket have URLs with a non-standard scheme.
  const { get, ...url } = Object.getOwnPropertyDescriptor(Request.prototype, "url");
  Object.defineProperty(Request.prototype, "url", {
    ...url,
    get() {
      return get.call(this).replace(/^http\+unix:/, "http:");
    },
  });
}

addEventListener("load", async () => {
  const entry = await import(Deno.mainModule);
  const server = entry.default;
  if (typeof server?.fetch !== "function") return;
  const handler = (request, info) => server.fetch(request, info);
  // DENO_SERVE_ADDRESS moves the first listener in any case.
  const { hostname = "127.0.0.1", port = 0 } = listen;
  try {
    Deno.serve({ hostname, port, onListen() {} }, handler);
  } catch (error) {
    // The module already listens on the port.
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  }
}, { once: true });
