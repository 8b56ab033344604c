import assert from "node:assert/strict";
import { eventually, startServer } from "./support/harness.ts";

/** Prints each request, and answers as its path says. */
const JOBS = `
Deno.serve(async (request) => {
  const { pathname } = new URL(request.url);
  const { headers, method } = request;
  const tick = headers.get("x-ddsrv-schedule-tick");
  console.log(method, pathname, headers.get("x-ddsrv-schedule"), tick);
  if (pathname === "/broken") return new Response("broken", { status: 500 });
  if (pathname === "/slow") await new Promise(() => {});
  return new Response("schedule: " + headers.get("x-ddsrv-schedule"));
});
`;

const MANIFEST = JSON.stringify({
  idle: "1s",
  schedules: [
    { name: "minute", cron: "* * * * *", path: "/minute" },
    { name: "report", cron: "0 0 29 2 *", path: "/report?full=1", method: "GET" },
    { name: "broken", cron: "@yearly", path: "/broken", timezone: "Europe/Berlin" },
    { name: "slow", cron: "@yearly", path: "/slow" },
    { name: "late", cron: "@yearly", path: "/slow", timeout: "1s" },
  ],
});

Deno.test("schedules run at their times and by hand, wake idle functions, and survive kill -9", async () => {
  await using server = await startServer({
    files: {
      "jobs/index.ts": JOBS,
      "jobs/ddsrv.json": MANIFEST,
      "plain/index.ts": 'Deno.serve(() => new Response("plain"));\n',
      "dead/index.ts": "Deno.exit(3);\n",
      "dead/ddsrv.json": '{ "schedules": [{ "name": "job", "cron": "@yearly" }] }',
      "wrong/index.ts": "Deno.serve(() => new Response());\n",
      "wrong/ddsrv.json": '{ "schedules": [{ "name": "a", "cron": "0 0 30 2 *" }] }',
    },
  });
  const { directory } = server;
  await server.said("jobs idle until");
  assert.match(
    (await server.inspect("wrong")).detail ?? "",
    /"0 0 30 2 \*" names a date that does not exist, such as February 30/,
  );
  const listed = await server.cli("schedules");
  assert.match(listed.stdout, /^FUNCTION +SCHEDULE +CRON +LAST +RESULT/);
  assert.match(listed.stdout, /^jobs +broken +@yearly Europe\/Berlin +- +- /m);
  const none = await server.cli("schedules", "plain");
  assert.deepEqual([none.code, none.stderr], [0, '"plain" has no schedules\n']);

  // The function is idle.
  const run = await server.cli("schedules", "run", "jobs", "report");
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /^jobs: schedule "report" answered 200 in /);
  await server.said("GET /report report 20");
  const failed = await server.cli("schedules", "run", "jobs", "broken");
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /The schedule "broken" failed: The answer had the status 500/);
  const late = await server.cli("schedules", "run", "jobs", "late");
  assert.equal(late.code, 1);
  assert.match(late.stderr, /The schedule "late" failed: There was no answer within 1 s/);
  const dead = await server.cli("schedules", "run", "dead", "job");
  assert.equal(dead.code, 1);
  assert.match(dead.stderr, /The schedule "job" failed: The function does not serve: /);
  const codes: readonly [words: string[], code: number, message: RegExp][] = [
    [["run", "jobs", "other"], 1, /"jobs" has no schedule "other"/],
    [["run", "other", "report"], 4, /other/],
    [["other"], 4, /other/],
    [["run", "jobs"], 2, /run FUNCTION SCHEDULE/],
  ];
  for (const [words, code, message] of codes) {
    const said = await server.cli("schedules", ...words);
    assert.equal(said.code, code, words.join(" "));
    assert.match(said.stderr, message);
  }
  // A client can't claim to be a schedule.
  const forged = await fetch(`${server.url}/jobs/forged`, {
    headers: { "X-Ddsrv-Schedule": "report", "x-ddsrv-schedule-tick": "now" },
  });
  assert.equal(await forged.text(), "schedule: null");

  await server.said('schedule "minute" answered 200');
  const deliveries = [...server.output().matchAll(/POST \/minute minute (\S+)/g)];
  const ticks = deliveries.map(([, tick]) => tick!);
  assert.ok(ticks.length > 0 && new Set(ticks).size === ticks.length, String(ticks));
  assert.ok(ticks.every((tick) => tick.endsWith(":00.000Z")), String(ticks));

  const from = server.output().length;
  const slow = server.cli("schedules", "run", "jobs", "slow");
  await server.said("POST /slow slow", from);
  const busy = await server.cli("schedules", "run", "jobs", "slow");
  assert.equal(busy.code, 1);
  assert.match(busy.stderr, /runs already/);
  assert.match((await server.cli("schedules", "jobs")).stdout, /^jobs +slow .* running /m);
  server.signal("SIGKILL");
  await server.exited;
  assert.notEqual((await slow).code, 0);

  await using next = await startServer({ directory });
  await next.said('schedule "slow" was interrupted: ddsrv ended during the run');
  await eventually("the record of the run", async () => {
    const { stdout } = await next.cli("schedules", "jobs", "--json");
    const all = JSON.parse(stdout) as { name: string; last: { result: string } | null }[];
    return all.find(({ name }) => name === "slow")?.last?.result === "interrupted";
  });
  assert.equal((await next.cli("rm", "--yes", "jobs")).code, 0);
  const left = JSON.parse((await next.cli("schedules", "--json")).stdout) as { function: string }[];
  assert.deepEqual(left.map((one) => one.function), ["dead"]);
});
