import { faultOf } from "../../lib/proxy/http1/fault.ts";
import { deepEqual, equal, match } from "node:assert/strict";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { eventually } from "../patience.ts";
import { begin, GET, OK, openStage } from "./harness.ts";

const FAULT = faultOf("function-failed", { message: "It does not compile" });

Deno.test("RouteTable.wait() returns the route once it is no longer waiting", async () => {
  const limits = { waitTimeoutMs: Infinity, maxWaiting: 2 };
  const routes = new RouteTable();
  const refused = { type: "refused", fault: FAULT } as const;
  deepEqual(await routes.wait("a", limits), { type: "route", route: undefined });
  routes.set("a", { type: "waiting" });
  const waits = [routes.wait("a", limits), routes.wait("a", limits)];
  deepEqual(await routes.wait("a", limits), { type: "crowded" });
  routes.set("a", { type: "waiting" });
  routes.set("b", refused);
  routes.set("a", refused);
  for (const wait of waits) deepEqual(await wait, { type: "route", route: refused });
  routes.set("a", { type: "waiting" });
  const last = routes.wait("a", limits);
  routes.delete("a");
  deepEqual(await last, { type: "route", route: undefined });
  routes.set("a", { type: "waiting" });
  deepEqual(await routes.wait("a", { ...limits, waitTimeoutMs: 1 }), { type: "timeout" });
});

Deno.test("RouteTable.wait() without a name waits until all functions are known", async () => {
  const limits = { waitTimeoutMs: Infinity, maxWaiting: 2 };
  const routes = new RouteTable({ isComplete: false });
  equal(routes.isComplete, false);
  deepEqual(await routes.wait(undefined, { ...limits, waitTimeoutMs: 1 }), { type: "timeout" });
  const waits = [routes.wait(undefined, limits), routes.wait(undefined, limits)];
  deepEqual(await routes.wait(undefined, limits), { type: "crowded" });
  routes.complete();
  for (const wait of waits) deepEqual(await wait, { type: "route", route: undefined });
  deepEqual(await routes.wait(undefined, limits), { type: "route", route: undefined });
  equal(new RouteTable().isComplete, true);
});

Deno.test("serveClient() answers no 404 until all functions are known", async () => {
  const routes = new RouteTable({ isComplete: false });
  await using stage = openStage({ waitTimeoutMs: 20 }, { routes });
  const early = await stage.connect();
  await early.write("GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  match(
    await early.readAll(),
    /^HTTP\/1.1 503 .*\r\nretry-after: 1\r\n.*\nddsrv has not read its functions yet$/s,
  );
});

Deno.test("serveClient() finds the function of a request that came before it was known", async () => {
  const routes = new RouteTable({ isComplete: false });
  await using stage = openStage({}, { routes });
  const [client, other] = [await stage.connect(), await stage.connect()];
  await client.write("GET /app/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await other.write("GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await eventually("both wait", () => routes.waitingFor(undefined) === 2);
  routes.set("app", { type: "ready", upstream: stage.upstream });
  routes.complete();
  const served = await stage.backend.accept();
  match(await served.readHead(), /^GET \/x HTTP/);
  await served.write(OK);
  match(await client.readAll(), /^HTTP\/1.1 200 /);
  match(await other.readAll(), /^HTTP\/1.1 404 /);
});

Deno.test("serveClient() answers for missing and failed functions", async () => {
  await using stage = openStage();
  stage.routes.set("down", { type: "refused", fault: { ...FAULT, retryAfterS: 3 } });
  const rows: [string, RegExp][] = [
    ["GET /none", /^HTTP\/1.1 404 .*x-ddsrv-error: function-not-found\r\n.*\nFunction not found$/s],
    ["GET /", /\nFunction not found$/],
    ["GET /?app", /\nFunction not found$/],
    ["GET //app", /\nFunction not found$/],
    ["GET /APP/x", /\nFunction not found$/],
    ["GET /app%2Fx", /\nFunction not found$/],
    ["GET /%", /\nFunction not found$/],
    ["GET /__proto__/x", /\nFunction not found$/],
    ["GET /down/x", /^HTTP\/1.1 500 .*\r\nretry-after: 3\r\n.*\nIt does not compile$/s],
    ["HEAD /none", /^HTTP\/1.1 404 .*\r\ncontent-length: 18\r\n.*\r\n\r\n$/s],
    [
      "OPTIONS *",
      /^HTTP\/1.1 204 No Content\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n[^:]*: close\r\n\r\n$/,
    ],
  ];
  for (const [line, pattern] of rows) {
    const client = await stage.connect();
    await client.write(`${line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    match(await client.readAll(), pattern, line);
  }
  equal(stage.backend.opened, 0);
});

Deno.test("serveClient() decodes the function's name", async () => {
  await using stage = openStage();
  stage.routes.set("é b", { type: "ready", upstream: stage.upstream });
  for (const name of ["%C3%A9%20b", "%c3%A9%20%62"]) {
    const { client, served, head } = await begin(stage, GET.replace("app", name));
    match(head, new RegExp(`^GET /x .*\r\nX-Forwarded-Prefix: /${name}\r\n`, "s"));
    await served.write(OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    equal(await client.read(OK.length), OK);
  }
});

Deno.test("serveClient() answers a health check without forwarding it, and no cache keeps it", async () => {
  await using stage = openStage({ waitTimeoutMs: Infinity }, { compatHealthcheck: true });
  const check = GET.replace("\r\n\r\n", "\r\nX-Graphand-HealthCheck: true\r\n\r\n");
  const client = await stage.connect();
  const post = check.replace("GET", "POST").replace(": true", ": TRUE\r\nContent-Length: 3");
  for (const request of [check, `${post}abc`]) {
    await client.write(request);
    const answer = await client.readUntil("\r\n\r\nOK");
    match(answer, /^HTTP\/1.1 200 OK\r\n/);
    match(answer, /\r\ncache-control: no-store\r\nvary: x-graphand-healthcheck\r\n/);
  }
  stage.routes.set("app", { type: "refused", fault: FAULT });
  await client.write(check);
  match(await client.readUntil("It does not compile"), /^HTTP\/1.1 500 /);
  equal(stage.backend.opened, 0);
  // Another value is the function's.
  stage.routes.set("app", { type: "ready", upstream: stage.upstream });
  await client.write(check.replace(": true", ": 1"));
  match(await (await stage.backend.accept()).readHead(), /\r\nX-Graphand-HealthCheck: 1\r\n/);
});

Deno.test("serveClient() holds a request until its function is ready", async () => {
  await using stage = openStage({ waitTimeoutMs: Infinity });
  stage.routes.set("app", { type: "waiting" });
  const client = await stage.connect();
  const other = await stage.connect();
  await client.write(
    `${GET.replace("GET", "PUT").replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n")}ab`,
  );
  // The response of another function shows that only the request above waits.
  await other.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
  await other.readUntil("Function not found");
  equal(stage.backend.opened, 0);
  stage.routes.set("app", { type: "ready", upstream: stage.upstream });
  const served = await stage.backend.accept();
  match(await served.readHead(), /^PUT \/x /);
  equal(await served.read(2), "ab");
  await served.write(OK);
  equal(await client.read(OK.length), OK);
});

Deno.test("serveClient() answers waiting requests when the function's start fails", async () => {
  await using stage = openStage({ waitTimeoutMs: Infinity, maxWaiting: 1 });
  stage.routes.set("app", { type: "waiting" });
  const [first, second] = [await stage.connect(), await stage.connect()];
  const answered: string[] = [];
  await Promise.all([
    (async () => {
      await first.write(GET);
      answered.push(await first.readHead());
      stage.routes.set("app", { type: "refused", fault: FAULT });
    })(),
    (async () => {
      await second.write(GET);
      answered.push(await second.readHead());
      stage.routes.set("app", { type: "refused", fault: FAULT });
    })(),
  ]);
  match(answered[0]!, /^HTTP\/1.1 503 .*x-ddsrv-error: function-starting\r\nretry-after: 1\r\n/s);
  match(answered[1]!, /^HTTP\/1.1 500 /);
});

Deno.test("serveClient() routes each request on a persistent connection anew", async () => {
  await using before = openStage();
  await using after = openStage();
  const { client, served } = await begin(before, GET);
  await served.write(OK);
  await client.read(OK.length);
  before.routes.set("app", { type: "ready", upstream: after.upstream });
  await client.write(GET);
  const next = await after.backend.accept();
  await next.readHead();
  await next.write(OK);
  equal(await client.read(OK.length), OK);
  before.routes.delete("app");
  await client.write(GET);
  await client.readUntil("Function not found");
});

Deno.test("RouteTable.resolve() triggers a new attempt if the route allows it", () => {
  const routes = new RouteTable();
  const wanted: string[] = [];
  const fault = faultOf("function-unavailable");
  routes.onWanted = (name) => {
    wanted.push(name);
    if (wanted.length === 2) routes.set(name, { type: "waiting" });
  };
  routes.set("failed", { type: "refused", fault });
  routes.set("passing", { type: "refused", fault, isAsked: true });
  equal(routes.resolve("none"), undefined);
  equal(routes.resolve("failed")?.type, "refused");
  deepEqual(wanted, []);
  // The first time, no new attempt is due; the second time, it is.
  equal(routes.resolve("passing")?.type, "refused");
  equal(routes.resolve("passing")?.type, "waiting");
  deepEqual(wanted, ["passing", "passing"]);
});
