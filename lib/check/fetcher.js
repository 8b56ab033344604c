// Runs in a sandbox of its own, with the network that checks do not have. For each check it listens
// on a Unix socket and fetches modules and packages, from the hosts that the check may use and from
// no other. Orders come as lines of JSON over a socket of the supervisor's; see fetcher.ts.
// Arguments: the directory of the sockets, and for tests another number of milliseconds.
const [directory, silence = "30000"] = Deno.args;

/** Bytes of all answers to one check. */
const MAX_BYTES = 1024 ** 3;

/** Requests of one check that are under way at a time; the others wait. */
const MAX_ACTIVE = 32;

/** Requests of one check that wait. */
const MAX_WAITING = 1024;

/** Hosts and failures that are named to the supervisor. */
const MAX_NAMED = 20;

/** URLs of one check whose last fetch failed and that are remembered. */
const MAX_FAILED = 1_000;

/** A host that is not connected to, or sends nothing, for this long has failed. */
const SILENCE_MS = Number(silence);

/** The request headers that a package manager needs; others, such as cookies, are dropped. */
const REQUEST_FIELDS = ["accept", "authorization", "if-modified-since", "if-none-match"];

/** Fields about the connection or the encoding; the body is passed on decoded. */
const DROPPED_FIELDS = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "set-cookie",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Over IPv4 alone. Deno's permissions know no networks of IPv6, and don't see the IPv4 address within
 * one such as `::ffff:169.254.169.254`, which a host's DNS may give.
 */
const client = Deno.createHttpClient({ localAddress: "0.0.0.0" });

const checks = new Map();

function openCheck({ id, hosts }) {
  const check = {
    hosts: new Set(hosts),
    refused: new Set(),
    silent: new Set(),
    failed: new Map(),
    left: MAX_BYTES,
    active: 0,
    queue: [],
    end: new AbortController(),
  };
  const path = `${directory}/${id}/fetch.sock`;
  const { signal } = check.end;
  check.server = Deno.serve({ path, signal, onListen() {} }, (request) => answer(check, request));
  // The check runs as another user. Nobody else can enter the directory.
  Deno.chmodSync(path, 0o666);
  checks.set(id, check);
}

/** Ends all that is under way for it: who asks is gone, and a host may take as long as it likes. */
async function closeCheck({ id }) {
  const check = checks.get(id);
  if (check === undefined) return {};
  checks.delete(id);
  check.end.abort(new Error("The check has ended"));
  for (const wake of check.queue.splice(0)) wake();
  await check.server.finished;
  const failed = [...new Set(check.failed.values())].slice(0, MAX_NAMED);
  return { refused: [...check.refused], failed };
}

/** Notes how the last fetch of a URL went: a package manager tries again, and may succeed then. */
function note(check, url, problem) {
  if (problem === undefined) check.failed.delete(url.href);
  // What is under way when a check ends fails for that alone.
  else if (!check.end.signal.aborted && check.failed.size < MAX_FAILED) {
    check.failed.set(url.href, `${url.host}: ${problem}`);
  }
}

/**
 * Whether a host may answer otherwise later: RFC 9110, sections 15.5.9 and 15.6, and RFC 6585,
 * section 4.
 */
function isPassing(status) {
  return status === 408 || status === 429 || status >= 500;
}

async function answer(check, request) {
  const url = new URL(request.url);
  const host = `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return say(400, "A check fetches by HTTP and HTTPS alone");
  }
  if (!check.hosts.has(host) && !check.hosts.has(url.hostname)) {
    if (check.refused.size < MAX_NAMED) check.refused.add(host);
    return say(403, `${host} is not among the hosts that a check may fetch from`);
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return say(405, "A check fetches, and changes nothing");
  }
  if (check.active >= MAX_ACTIVE) {
    if (check.queue.length >= MAX_WAITING) return say(503, "Too many requests wait");
    await new Promise((resolve) => check.queue.push(resolve));
  }
  // Each request to it would wait as long again, one after the other.
  if (check.silent.has(host)) {
    check.queue.shift()?.();
    note(check, url, describeSilence());
    return say(504, `${host} ${describeSilence()}`);
  }
  check.active++;
  let isDone = false;
  const done = () => {
    if (isDone) return;
    isDone = true;
    check.active--;
    check.queue.shift()?.();
  };
  try {
    return await pass(check, { request, url, host, done });
  } catch (error) {
    done();
    const isSilent = check.silent.has(host);
    const problem = isSilent
      ? describeSilence()
      : String(error?.cause?.message ?? error?.message ?? error);
    note(check, url, problem);
    return isSilent ? say(504, `${host} ${problem}`) : say(502, problem);
  }
}

async function pass(check, { request, url, host, done }) {
  const controller = new AbortController();
  // An abort alone does not always end a read that waits.
  const silence = Promise.withResolvers();
  silence.promise.catch(() => {});
  const abort = () => {
    check.silent.add(host);
    const error = new Error(describeSilence());
    silence.reject(error);
    controller.abort(error);
  };
  let timer = setTimeout(abort, SILENCE_MS);
  const headers = new Headers({ "user-agent": navigator.userAgent });
  for (const name of REQUEST_FIELDS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const response = await fetch(url, {
    method: request.method,
    headers,
    redirect: "manual",
    signal: AbortSignal.any([request.signal, controller.signal, check.end.signal]),
    // An address in brackets was looked up nowhere, and was allowed as it is.
    ...url.hostname.startsWith("[") ? {} : { client },
  }).finally(() => clearTimeout(timer));
  const { status } = response;
  if (isPassing(status)) note(check, url, `it answered ${status}`);
  const fields = [...response.headers].filter(([name]) => !DROPPED_FIELDS.has(name));
  const init = { status, headers: fields };
  if (response.body === null || request.method === "HEAD") {
    await response.body?.cancel();
    done();
    if (!isPassing(status)) note(check, url);
    return new Response(null, init);
  }
  if (!canHaveBody(status)) {
    controller.abort();
    throw new Error(`${url.hostname} answers with status ${status} and a body`);
  }
  const reader = response.body.getReader();
  const body = new ReadableStream({
    async pull(stream) {
      // The host's silence alone counts, and not that of a check which gets no processor to read.
      timer = setTimeout(abort, SILENCE_MS);
      try {
        const { value, done: isEnd } = await Promise.race([reader.read(), silence.promise])
          .finally(() => clearTimeout(timer));
        if (isEnd) {
          stream.close();
          if (!isPassing(status)) note(check, url);
          return done();
        }
        check.left -= value.length;
        if (check.left < 0) {
          // Its imports are too large, which is for its author to change.
          const tooMuch = new Error(`More than ${MAX_BYTES} bytes`);
          done();
          controller.abort(tooMuch);
          return stream.error(tooMuch);
        }
        stream.enqueue(value);
      } catch (error) {
        done();
        if (!request.signal.aborted) note(check, url, String(error?.message ?? error));
        controller.abort(error);
        stream.error(error);
      }
    },
    cancel(reason) {
      clearTimeout(timer);
      done();
      controller.abort(reason);
    },
  });
  return new Response(body, init);
}

/** See https://fetch.spec.whatwg.org/#null-body-status; others are no statuses of an answer. */
function canHaveBody(status) {
  return status >= 200 && status <= 599 && ![204, 205, 304].includes(status);
}

function say(status, text) {
  return new Response(`${text}\n`, { status });
}

function describeSilence() {
  return `sent nothing for ${SILENCE_MS / 1000} s`;
}

async function obey(order) {
  try {
    const found = order.type === "open" ? openCheck(order) : await closeCheck(order);
    await reply({ type: order.type, id: order.id, ...found });
  } catch (error) {
    await reply({ type: order.type, id: order.id, problem: String(error) });
  }
}

async function reply(value) {
  await replies.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

// One host's odd answer must not end what others fetch.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  Deno.stderr.writeSync(new TextEncoder().encode(`${event.reason}\n`));
});

const orders = await Deno.connect({ transport: "unix", path: `${directory}/orders.sock` });
const replies = orders.writable.getWriter();
let text = "";
for await (const chunk of orders.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (text + chunk).split("\n");
  text = lines.pop();
  for (const line of lines) {
    // Side by side: one check that takes long to end holds up no other.
    obey(JSON.parse(line));
  }
}
// Nobody gives orders any more.
Deno.exit(0);
