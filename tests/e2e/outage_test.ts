// The network fails and recovers: ddsrv retries failed downloads automatically.
import assert from "node:assert/strict";
import type { FunctionReport } from "../../lib/control/api.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import { WORLD } from "../world.ts";
import {
  answering,
  eventually,
  makeDirectory,
  type Server,
  startServer,
  writeFiles,
} from "./support/harness.ts";

const COUNT = 30;

/** A name that does not resolve during the outage. */
const NAME = "away.test";

/** A port that the server opens after the outage. */
const PORT = 8_181;

function importing(url: string): string {
  return `import { text } from "${url}";\nDeno.serve(() => new Response(text));\n`;
}

async function tell(path: string, what: unknown): Promise<void> {
  await (await fetch(`http://${WORLD.server}${path}`, {
    method: "POST",
    body: JSON.stringify(what),
  })).text();
}

async function listed({ socket }: Server): Promise<readonly FunctionReport[]> {
  using control = connectControl(socket);
  return await control.functions();
}

Deno.test("outage: thirty functions whose modules can't be fetched serve once the network is back", async () => {
  await tell("/names", { [NAME]: "" });
  // A name that does not resolve, and a port on which no process listens.
  const places = [`${NAME}:80`, `${WORLD.server}:${PORT}`];
  const names = Array.from({ length: COUNT }, (_, index) => `f${index}`);
  await using server = await startServer({
    // Without a type check, Deno does not report modules that it could not download.
    flags: places.flatMap((place) => ["--allow-import", place]),
    files: Object.fromEntries(names.map((name, index) => [
      `${name}/index.ts`,
      importing(`http://${places[index % 2]}/broken/well/${name}.ts`),
    ])),
  });
  const failing = new Map<string, FunctionReport>();
  // Functions whose retry delay is over are starting now.
  await eventually("each has failed", async () => {
    for (const report of await listed(server)) {
      if (report.status === "backoff") failing.set(report.name, report);
    }
    return failing.size === COUNT;
  });
  for (const { nextTryAt } of failing.values()) {
    assert.ok(nextTryAt !== null && !Number.isNaN(Date.parse(nextTryAt)));
  }
  assert.match(failing.get("f0")!.detail!, /Temporary failure in name resolution/);
  assert.match(failing.get("f1")!.detail!, /Connection refused/);
  await tell("/listen", [PORT]);
  await tell("/names", { [NAME]: WORLD.server });
  await eventually(
    "all serve, and nobody has asked",
    async () => (await listed(server)).every(({ status }) => status === "ready"),
  );
  for (const { nextTryAt, reason } of await listed(server)) {
    assert.deepEqual([nextTryAt, reason], [null, null]);
  }
  for (const name of names.slice(0, 2)) await server.answers(`/${name}`, "fetched");
});

Deno.test("outage: a host that answers 503 is retried, and type errors beside it count as temporary", async () => {
  await tell("/broken", {
    "/broken/busy.ts": 503,
    "/broken/limited.ts": 429,
    "/broken/gone.ts": 404,
  });
  await using server = await startServer({
    isChecked: true,
    flags: ["--allow-import", `${WORLD.server}:80`],
    files: {
      "busy/index.ts": importing(`http://${WORLD.server}/broken/busy.ts`),
      "limited/index.ts": importing(`http://${WORLD.server}/broken/limited.ts`),
      "wrong/index.ts": `const a: number = "text";\nconsole.log(a);\n${
        importing(`http://${WORLD.server}/broken/busy.ts`)
      }`,
      "missing/index.ts": importing(`http://${WORLD.server}/broken/gone.ts`),
    },
  });
  for (const name of ["busy", "limited", "wrong"]) await server.said(`${name} retries in`);
  const asked = await fetch(`${server.url}/busy`);
  const answer = await asked.text();
  assert.equal(asked.status, 503, answer);
  assert.equal(asked.headers.get("x-ddsrv-error"), "function-unavailable");
  assert.ok(Number(asked.headers.get("retry-after")) > 0);
  assert.match(answer, /Cannot fetch from 203\.0\.113\.10: it answered 503/);
  assert.match((await server.inspect("limited")).detail!, /it answered 429/);
  const shown = await server.cli("list");
  assert.match(shown.stdout, /busy: (backoff|checking): The check could not finish/);
  await tell("/broken", { "/broken/busy.ts": 200, "/broken/limited.ts": 200 });
  await server.answers("/busy", "fetched");
  await server.answers("/limited", "fetched");
  // The host works again, but the code is broken: this failure is final.
  await eventually("it waits for new code", async () => {
    const { status, nextTryAt, reason } = await server.inspect("wrong");
    return status === "failed" && nextTryAt === null && reason === "The check failed";
  });
  assert.equal((await fetch(`${server.url}/wrong`)).status, 500);
  assert.equal((await server.inspect("missing")).status, "failed");
});

Deno.test("outage: new code that can't be fetched is retried while the old revision serves", async () => {
  await tell("/broken", { "/broken/new.ts": 500 });
  await using server = await startServer({
    isChecked: true,
    flags: ["--allow-import", `${WORLD.server}:80`],
    files: { "app/index.ts": answering("old") },
  });
  await server.answers("/app", "old");
  await server.write({ "app/index.ts": importing(`http://${WORLD.server}/broken/new.ts`) });
  await server.said("app retries in");
  await server.answers("/app", "old");
  await tell("/broken", { "/broken/new.ts": 200 });
  await server.answers("/app", "fetched");
});

Deno.test("outage: add says that its check may succeed later", async () => {
  await tell("/broken", { "/broken/added.ts": 503 });
  await using server = await startServer({
    isChecked: true,
    flags: ["--allow-import", `${WORLD.server}:80`],
  });
  const source = await makeDirectory();
  try {
    await writeFiles(source, {
      "late/index.ts": importing(`http://${WORLD.server}/broken/added.ts`),
    });
    const first = await server.cli("add", `${source}/late`);
    assert.equal(first.code, 1);
    assert.match(
      first.stderr,
      /it answered 503\nThe host or the network failed, not the code\./,
    );
    await tell("/broken", { "/broken/added.ts": 200 });
    const second = await server.cli("add", `${source}/late`);
    assert.equal(second.code, 0, second.stderr);
    await server.answers("/late", "fetched");
  } finally {
    await Deno.remove(source, { recursive: true });
  }
});

Deno.test("outage: a function that exits before it listens counts as restarted and shows its next retry", async () => {
  await using server = await startServer({
    files: { "short/index.ts": "Deno.exit(7);\n" },
  });
  await server.said("short retries in");
  const seen = { nextTryAt: "" };
  await eventually("it is started again", async () => {
    const { restarts, nextTryAt } = await server.inspect("short");
    seen.nextTryAt ||= nextTryAt ?? "";
    return restarts >= 2;
  });
  await eventually("it waits", async () => {
    seen.nextTryAt ||= (await server.inspect("short")).nextTryAt ?? "";
    return seen.nextTryAt !== "";
  });
});
