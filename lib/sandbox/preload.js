// Runs inside a function's process, before its entry. It sets the function's own variables, and
// serves a module that only exports a server, `export default { fetch }`, as `deno serve` would.
const startFile = new URL("start.json", import.meta.url);
const { hostname, port, isUnix, isAlone, isParked, usesNode, variables } = JSON.parse(
  Deno.readTextFileSync(startFile),
);

if (isParked) {
  // Deno loads these on their first use, which takes longer than the start of a small function.
  void Deno.serve;
  if (usesNode) await import("node:http");
  // A supervisor that is gone ends the process, so there is always a byte.
  await Deno.stdin.read(new Uint8Array(1));
}

/** Time in which a module that has loaded may begin to listen, where nobody watches its ports. */
const SETTLE_MS = 50;

// Only this process needs it, and has read it by now. Without env permission, it stays.
try {
  Deno.env.delete("DENO_LOG");
} catch (error) {
  if (!(error instanceof Deno.errors.NotCapable)) throw error;
}
for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);

if (isUnix) {
  // Requests over a Unix socket have URLs with a non-standard scheme.
  const { get, ...url } = Object.getOwnPropertyDescriptor(Request.prototype, "url");
  Object.defineProperty(Request.prototype, "url", {
    ...url,
    get() {
      return get.call(this).replace(/^http\+unix:/, "http:");
    },
  });
}

/** True while the module's exports are read, which does not keep the event loop alive. */
let isReading = false;
/** The default export, until it is served. */
let exported;

addEventListener("load", async () => {
  // Tells the supervisor that the modules have been evaluated; held until the process ends.
  Deno.openSync(startFile).lockSync(false);
  isReading = true;
  const { default: server } = await import(Deno.mainModule).finally(() => isReading = false);
  if (typeof server?.fetch !== "function") return;
  exported = server;
  Deno.addSignalListener("SIGURG", serveExport);
  if (isAlone) setTimeout(serveExport, SETTLE_MS);
}, { once: true });

addEventListener("beforeunload", (event) => {
  if (!isReading && exported === undefined) return;
  // Nothing is left to do, so nothing listens, and nothing will. Without this, Deno exits now.
  event.preventDefault();
  serveExport();
});

function serveExport() {
  if (exported === undefined) return;
  const server = exported;
  exported = undefined;
  Deno.removeSignalListener("SIGURG", serveExport);
  try {
    Deno.serve({ hostname, port, onListen() {} }, (request, info) => server.fetch(request, info));
  } catch (error) {
    // The module listens on the port after all.
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  }
}
