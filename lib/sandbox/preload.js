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

// Tells the supervisor for what the function stays awake without requests.
const cronSign = createSign("cron");
const queueSign = createSign("queue");

// Deno loads these when the function first asks for them; each takes time.
replaceLazily("cron", watchCron);
replaceLazily("Kv", watchQueues);
replaceLazily("openKv", (openKv) => {
  void Deno.Kv;
  return openKv;
});

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

/** Changes a value of Deno when the function first reads it. */
function replaceLazily(key, change) {
  const found = Object.getOwnPropertyDescriptor(Deno, key);
  if (found === undefined) return;
  const { get } = found;
  let value;
  const changed = get === undefined ? { value: change(found.value) } : {
    get() {
      value ??= change(get.call(Deno));
      return value;
    },
  };
  Object.defineProperty(Deno, key, { ...found, ...changed });
}

/** Shows something to the supervisor by a lock (flock(2)) of a file, until the last of it has ended. */
function createSign(name) {
  let file;
  let count = 0;
  return {
    begin() {
      if (count++ > 0) return;
      try {
        file ??= Deno.openSync(new URL(`activity/${name}`, import.meta.url));
        file.lockSync(false);
      } catch {
        // The function has given up the permission to read. It may be stopped when it is idle.
      }
    },
    end() {
      if (--count === 0) file?.unlockSync();
    },
  };
}

function watchCron(original) {
  // As many parameters as the original.
  return function cron(_name, _schedule, _handlerOrOptions, _handler) {
    const registered = original.apply(this, arguments);
    cronSign.begin();
    registered.then(cronSign.end, cronSign.end);
    return registered;
  };
}

function watchQueues(Kv) {
  const { value: original, ...listenQueue } = Object.getOwnPropertyDescriptor(
    Kv.prototype,
    "listenQueue",
  );
  const watching = {
    async listenQueue(_handler) {
      queueSign.begin();
      try {
        return await original.apply(this, arguments);
      } finally {
        queueSign.end();
      }
    },
  };
  Object.defineProperty(Kv.prototype, "listenQueue", {
    ...listenQueue,
    value: watching.listenQueue,
  });
  return Kv;
}
