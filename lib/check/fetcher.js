// Runs in a sandbox with the network that checks do not have. For each check, it listens on a Unix
// socket and fetches modules and packages only from the hosts that the check may use. The
// supervisor sends commands as lines of JSON over its own socket; see fetcher.ts. Arguments: the
// directory of the sockets, "ipv4" or "both" families of addresses, and for tests another timeout in
// milliseconds.
const [directory, families, timeout = "30000"] = Deno.args;

/** Maximum bytes of all responses to one check. */
const MAX_BYTES = 1024 ** 3;

/** Maximum concurrent requests of one check; the others wait. */
const MAX_ACTIVE = 32;

/** Maximum waiting requests of one check. */
const MAX_WAITING = 1024;

/** Maximum number of hosts and of failures in a report to the supervisor. */
const MAX_NAMED = 20;

/** Maximum number of failed URLs of one check. */
const MAX_FAILED = 1_000;

/** Timeout for connecting to a host, and for each part of its response. */
const TIMEOUT_MS = Number(timeout);

/** Request headers that a package manager needs; others, such as cookies, are dropped. */
const REQUEST_FIELDS = ["accept", "authorization", "if-modified-since", "if-none-match"];

/** Response headers of the connection or the encoding, because the body is forwarded decoded. */
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
 * Client for IPv4 only, except where a firewall decides about both families. Deno's permissions know
 * no IPv6 networks, and do not recognise the IPv4 address in an IPv6 address such as
 * `::ffff:169.254.169.254`, which a host's DNS may return.
 */
const client = Deno.createHttpClient(families === "both" ? {} : { localAddress: "0.0.0.0" });

const checks = new Map();

function openCheck({ id, hosts }) {
  const check = {
    hosts: new Set(hosts),
    refused: new Set(),
    timedOut: new Set(),
    failed: new Map(),
    left: MAX_BYTES,
    active: 0,
    queue: [],
    end: new AbortController(),
  };
  const path = `${directory}/${id}/fetch.sock`;
  const { signal } = check.end;
  check.server = Deno.serve({ path, signal, onListen() {} }, (request) => answer(check, request));
  // The check runs as another user. No other user can enter the directory.
  Deno.chmodSync(path, 0o666);
  checks.set(id, check);
}

/** Stops a check's requests: it no longer waits for them, and a host may take any time. */
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

/** Records the result of the last fetch of a URL: a package manager retries, and may succeed. */
function note(check, url, problem) {
  if (problem === undefined) check.failed.delete(url.href);
  // A request that the end of the check aborts is not a failure.
  else if (!check.end.signal.aborted && check.failed.size < MAX_FAILED) {
    check.failed.set(url.href, `${url.host}: ${problem}`);
  }
}

/** Returns true if a retry may succeed: RFC 9110 15.5.9 and 15.6, RFC 6585 section 4. */
function isPassing(status) {
  return status === 408 || status === 429 || status >= 500;
}

async function answer(check, request) {
  const url = new URL(request.url);
  const host = `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return respond(400, "A check may fetch only by HTTP and HTTPS");
  }
  if (!check.hosts.has(host) && !check.hosts.has(url.hostname)) {
    if (check.refused.size < MAX_NAMED) check.refused.add(host);
    return respond(403, `A check may not fetch from ${host}`);
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return respond(405, "A check may only send GET and HEAD");
  }
  if (check.active >= MAX_ACTIVE) {
    if (check.queue.length >= MAX_WAITING) return respond(503, "Too many requests are waiting");
    await new Promise((resolve) => check.queue.push(resolve));
  }
  // Each further request would wait for the same timeout.
  if (check.timedOut.has(host)) {
    check.queue.shift()?.();
    note(check, url, describeTimeout());
    return respond(504, `${host} ${describeTimeout()}`);
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
    return await forward(check, { request, url, host, done });
  } catch (error) {
    done();
    const isTimeout = check.timedOut.has(host);
    const problem = isTimeout
      ? describeTimeout()
      : String(error?.cause?.message ?? error?.message ?? error);
    note(check, url, problem);
    return isTimeout ? respond(504, `${host} ${problem}`) : respond(502, problem);
  }
}

async function forward(check, { request, url, host, done }) {
  const controller = new AbortController();
  // An abort does not always end a pending read.
  const timedOut = Promise.withResolvers();
  timedOut.promise.catch(() => {});
  const abort = () => {
    check.timedOut.add(host);
    const error = new Error(describeTimeout());
    timedOut.reject(error);
    controller.abort(error);
  };
  let timer = setTimeout(abort, TIMEOUT_MS);
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
    // An IPv6 address needs no DNS, and is allowed as it is.
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
      // The timeout applies only to the host, and not to a check that is too slow to read.
      timer = setTimeout(abort, TIMEOUT_MS);
      try {
        const { value, done: isEnd } = await Promise.race([reader.read(), timedOut.promise])
          .finally(() => clearTimeout(timer));
        if (isEnd) {
          stream.close();
          if (!isPassing(status)) note(check, url);
          return done();
        }
        check.left -= value.length;
        if (check.left < 0) {
          // The imports are too large, and the author can reduce them.
          const tooLarge = new Error(`More than ${MAX_BYTES} bytes`);
          done();
          controller.abort(tooLarge);
          return stream.error(tooLarge);
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

/** See https://fetch.spec.whatwg.org/#null-body-status; other values are not valid statuses. */
function canHaveBody(status) {
  return status >= 200 && status <= 599 && ![204, 205, 304].includes(status);
}

function respond(status, text) {
  return new Response(`${text}\n`, { status });
}

function describeTimeout() {
  return `sent nothing for ${TIMEOUT_MS / 1000} s`;
}

async function run(command) {
  try {
    const found = command.type === "open" ? openCheck(command) : await closeCheck(command);
    await reply({ type: command.type, id: command.id, ...found });
  } catch (error) {
    await reply({ type: command.type, id: command.id, problem: String(error) });
  }
}

async function reply(value) {
  await replies.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

// An invalid response of one host must not stop other requests.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  Deno.stderr.writeSync(new TextEncoder().encode(`${event.reason}\n`));
});

const connection = await Deno.connect({ transport: "unix", path: `${directory}/orders.sock` });
const replies = connection.writable.getWriter();
let text = "";
for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (text + chunk).split("\n");
  text = lines.pop();
  for (const line of lines) {
    // Not awaited: a check that is slow to close must not delay others.
    run(JSON.parse(line));
  }
}
// The supervisor has closed the connection.
Deno.exit(0);
