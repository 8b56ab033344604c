// Runs inside a function's process, before its entry. It sets the function's own variables, and
// serves a module that only exports a server, `export default { fetch }`, as `deno serve` would. It
// shows the supervisor what keeps the function awake. It is one file because each start loads it.
const startFile = new URL("start.json", import.meta.url);
const start = JSON.parse(Deno.readTextFileSync(startFile));
const { hostname, port, isUnix, isAlone, isParked, usesNode, isDebugged, breaks } = start;
const { parent, variables } = start;

if (isParked) {
  // Deno loads these on their first use, which takes longer than the start of a small function.
  void Deno.serve;
  if (usesNode) await import("node:http");
  // A supervisor that is gone ends the process, so there is always a byte.
  await Deno.stdin.read(new Uint8Array(1));
}

if (parent !== undefined) {
  // The parent was killed, so it could not end this process.
  const { exit } = Deno;
  Deno.unrefTimer(setInterval(() => Deno.ppid === parent || exit(143), 1_000));
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

// Tells the supervisor for what the function stays awake without requests, and that it has work.
const cronSign = createSign("cron");
const queueSign = createSign("queue");
const workSign = createSign("work", endIfStopping);

// Deno loads these when the function first asks for them; each takes time.
replaceLazily("cron", watchCron);
replaceLazily("Kv", watchQueues);
replaceLazily("openKv", (openKv) => {
  void Deno.Kv;
  return openKv;
});

const edgeRuntime = {
  waitUntil(promise) {
    // The function sees the original, whose rejection ends no process.
    // deno-lint-ignore no-console -- This is the function's log.
    work(() => promise).catch((error) => console.error("Background work failed:", error));
    return promise;
  },
};
let ownEdgeRuntime;
let turnFile;
Object.defineProperty(globalThis, "EdgeRuntime", {
  configurable: true,
  enumerable: false,
  get() {
    return ownEdgeRuntime ?? (isAskedByFunction() ? edgeRuntime : undefined);
  },
  set(value) {
    ownEdgeRuntime = value;
  },
});

/** Windows has neither of the two signals. */
const hasSignals = Deno.build.os !== "windows";
/** True once a signal has asked the process to end, and its event was dispatched. */
let isStopping = false;
const { addSignalListener, removeSignalListener } = Deno;
/** The function's own listeners of the signal by which the supervisor stops it. */
const ownStops = new Set();

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
  if (hasSignals) addSignalListener("SIGURG", serveExport);
  if (isAlone) setTimeout(serveExport, SETTLE_MS);
}, { once: true });

addEventListener("beforeunload", (event) => {
  if (isStopping) return;
  if (!isReading && exported === undefined) return;
  // Nothing is left to do, so nothing listens, and nothing will. Without this, Deno exits now.
  event.preventDefault();
  serveExport();
});

watchUnload();

if (breaks) {
  const { waitForDebugger } = await import("node:inspector");
  // Tells the supervisor that a debugger may attach now: an earlier one would not be waited for.
  workSign.begin();
  waitForDebugger();
  workSign.end();
  // ddsrv debug --break: step out of this line to reach the first one of your code.
  // deno-lint-ignore no-debugger
  debugger;
}

function serveExport() {
  if (exported === undefined) return;
  const server = exported;
  exported = undefined;
  if (hasSignals) removeSignalListener("SIGURG", serveExport);
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
function createSign(name, onEnd = () => {}) {
  let file;
  let count = 0;
  return {
    isShown: () => count > 0,
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
      if (--count > 0) return;
      file?.unlockSync();
      onEnd();
    },
  };
}

/** Stops gracefully if the function listens for the event, and not for the signal itself. */
function watchUnload() {
  const { addEventListener: original } = globalThis;
  let isWatching = false;
  define(globalThis, "addEventListener", function addEventListener(type, _callback, _options) {
    const target = this ?? globalThis;
    const result = original.apply(target, arguments);
    if (target === globalThis && type === "beforeunload" && !isWatching) {
      isWatching = true;
      if (hasSignals) addSignalListener("SIGTERM", stop);
    }
    return result;
  });
  Deno.addSignalListener = function addSignalListener_(signal, handler) {
    addSignalListener.apply(Deno, arguments);
    if (signal === "SIGTERM") ownStops.add(handler);
  };
  Deno.removeSignalListener = function removeSignalListener_(signal, handler) {
    removeSignalListener.apply(Deno, arguments);
    if (signal === "SIGTERM") ownStops.delete(handler);
  };
  define(Deno.addSignalListener, "name", "addSignalListener");
  define(Deno.removeSignalListener, "name", "removeSignalListener");
}

function define(target, key, value) {
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
}

function stop() {
  // The latter are listeners of Node.js.
  if (isStopping || ownStops.size > 0 || process.listenerCount("SIGTERM") > 0) return;
  isStopping = true;
  const detail = { reason: "termination" };
  dispatchEvent(new CustomEvent("beforeunload", { cancelable: true, detail }));
  endIfStopping();
}

/** Ends as the signal would have done, once no work is left. */
function endIfStopping() {
  if (isStopping && !workSign.isShown()) Deno.exit(128 + 15);
}

/** Runs something that the function does without a request, or after its answer. */
async function work(task) {
  workSign.begin();
  try {
    return await task();
  } finally {
    workSign.end();
  }
}

/**
 * Returns true if a module of the function's own reads the name. Packages do not see it: some take it
 * for another platform, and stop working. Deno keeps npm packages below npm/HOST/NAME/VERSION.
 */
function isAskedByFunction() {
  const { stackTraceLimit, prepareStackTrace } = Error;
  let frames;
  try {
    Error.stackTraceLimit = 3;
    Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName());
    frames = new Error().stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
  const place = frames[2];
  if (typeof place !== "string" || !/^(\/|[A-Za-z]:\\)/.test(place)) return false;
  return !/\/node_modules\/|\/npm\/[^/]+\/(@[^/]+\/)?[^/]+\/\d/.test(place.replaceAll("\\", "/"));
}

/** Returns if the instance serves, and from when until when it has the turn, see `cron_turn.ts`. */
function readTurn() {
  try {
    turnFile ??= Deno.openSync(new URL("activity/turn", import.meta.url));
    turnFile.seekSync(0, Deno.SeekMode.Start);
    const bytes = new Uint8Array(64);
    const length = turnFile.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length)).split(" ").map(Number);
  } catch {
    // The function has given up the permission to read.
    return [1, 0, Infinity];
  }
}

/** Returns true if this instance runs the tasks of the present minute. */
function hasTurn() {
  const [, fromMs, untilMs] = readTurn();
  // A timer may be a little early.
  const minuteMs = Math.floor((Date.now() + 500) / 60_000) * 60_000;
  return fromMs <= minuteMs && minuteMs < untilMs;
}

function watchCron(original) {
  // As many parameters as the original.
  return function cron(_name, _schedule, handlerOrOptions, handler) {
    const args = [...arguments];
    const at = typeof handlerOrOptions === "function" ? 2 : 3;
    const own = at === 2 ? handlerOrOptions : handler;
    if (typeof own === "function") args[at] = () => hasTurn() ? work(own) : undefined;
    const registered = original.apply(this, args);
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
    async listenQueue(handler) {
      // The messages are for the instance that serves.
      if (isDebugged) return await new Promise(() => {});
      const args = [...arguments];
      if (typeof handler === "function") {
        // A message that comes later does not keep a replaced instance.
        args[0] = (value) => readTurn()[0] === 0 ? handler(value) : work(() => handler(value));
      }
      queueSign.begin();
      try {
        return await original.apply(this, args);
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
