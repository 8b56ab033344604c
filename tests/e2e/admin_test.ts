import assert from "node:assert/strict";
import { run } from "../deploy/files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";
import { answering, eventually, gateOf, runCli, startServer } from "./support/harness.ts";

/** A function that delays its start until a file exists. */
const SLOW = `const gate = Deno.env.get("DDSRV_DATA") + "/gate";
for (;;) {
  try { Deno.statSync(gate); break; } catch { await new Promise((go) => setTimeout(go, 20)); }
}
Deno.serve(() => new Response("slow"));
`;

async function ask(url: string, init: RequestInit = {}): Promise<readonly [number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

Deno.test("admin port serves liveness at once, readiness when functions are up, and metrics", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "slow/index.ts": SLOW,
      'na"me\\/index.ts': answering("quoted"),
      "wrong/index.ts": "const wrong: number = 'text';\n",
    },
    flags: ["--admin-port", "0"],
  });
  await server.said("Probes and metrics on ");
  const admin = /metrics on (\S+)/.exec(server.output())![1]!;
  assert.deepEqual(await ask(`${admin}/livez`), [200, "ok\n"]);
  await eventually("only the slow one is waited for", async () => {
    const [status, text] = await ask(`${admin}/readyz`);
    return status === 503 && text === "1 function is still starting\n";
  });
  await server.said("slow starting");
  await Deno.writeTextFile(await gateOf(server.socket, "slow"), "");
  await server.answers("/slow", "slow");
  assert.deepEqual(await ask(`${admin}/readyz`), [200, "ok\n"]);

  // Once ddsrv is ready, a function that starts later does not make it unready.
  await server.write({ "late/index.ts": "await new Promise(() => setInterval(() => {}, 1e6));\n" });
  await server.said("late starting");
  assert.deepEqual(await ask(`${admin}/readyz`), [200, "ok\n"]);

  assert.equal((await fetch(`${server.url}/wrong`)).status, 500);
  const response = await fetch(`${admin}/metrics`);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  assert.match(text, /^ddsrv_requests_total\{function="slow"\} [1-9]\d*$/m);
  assert.match(text, /^ddsrv_request_errors_total\{function="wrong"\} 1$/m);
  assert.match(text, /^ddsrv_function_state\{function="na\\"me\\\\",state="ready"\} 1$/m);

  assert.deepEqual(await ask(`${admin}/metrics`, { method: "POST" }), [405, "Use GET or HEAD\n"]);
  assert.equal((await ask(`${admin}/`))[0], 404);
  assert.deepEqual(await ask(`${admin}/livez`, { method: "HEAD" }), [200, ""]);
});

Deno.test("admin port refuses unknown host names and accepts configured ones", async () => {
  await using server = await startServer({
    flags: ["--admin-port", "0", "--admin-hosts", "ddsrv,Metrics.internal"],
  });
  await server.said("Probes and metrics on ");
  const port = Number(/metrics on \S+:(\d+)/.exec(server.output())![1]);
  const rows: readonly (readonly [head: string, status: number])[] = [
    [`GET /metrics HTTP/1.1\r\nHost: evil.example:${port}`, 421],
    [`GET /livez HTTP/1.1\r\nHost: evil.example`, 421],
    [`GET /readyz HTTP/1.1\r\nHost: ddsrv.evil.example`, 421],
    [`POST /metrics HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0`, 421],
    [`GET http://evil.example/metrics HTTP/1.1\r\nHost: 127.0.0.1:${port}`, 421],
    [`GET http://localhost/metrics HTTP/1.1\r\nHost: evil.example`, 421],
    [`GET /metrics HTTP/1.1\r\nHost: ddsrv:${port}`, 200],
    [`GET /metrics HTTP/1.1\r\nHost: metrics.internal`, 200],
    [`GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${port}`, 200],
    [`GET /livez HTTP/1.1\r\nHost: [::1]:${port}`, 200],
    [`GET /livez HTTP/1.1\r\nHost: LOCALHOST`, 200],
    ["GET /livez HTTP/1.0", 200],
  ];
  for (const [head, status] of rows) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(`${head}\r\nConnection: close\r\n\r\n`));
    const answer = await new Response(connection.readable).text();
    assert.match(answer, new RegExp(`^HTTP/1\\.[01] ${status} `), head);
    if (status === 421) assert.match(answer, /not in --admin-hosts/);
  }
});

Deno.test("serve reports an admin port that is in use", async () => {
  await using server = await startServer({ flags: ["--admin-port", "0"] });
  await server.said("Probes and metrics on ");
  const port = /metrics on \S+:(\d+)/.exec(server.output())![1]!;
  await Deno.mkdir(`${server.directory}/others`);
  const second = await runCli(
    ["serve", `${server.directory}/others`, "--port=0", "--admin-port", port]
      .concat(["--socket", `${server.directory}/second.sock`, "--no-logs"]),
  );
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /Cannot bind port \d+ on 127\.0\.0\.1: it is in use by another ddsrv .*\. Stop it or pass --admin-port/,
  );
});

await testWith("promtool", "admin: promtool accepts the metrics", async () => {
  await using server = await startServer({
    files: { 'na"me\\/index.ts': answering("quoted"), "a/index.ts": answering("a") },
    flags: ["--admin-port", "0"],
  });
  await server.answers("/a", "a");
  const admin = /metrics on (\S+)/.exec(server.output())![1]!;
  const text = await (await fetch(`${admin}/metrics`)).text();
  await using file = await temporaryDirectory();
  const path = await file.write("metrics", text);
  const outcome = await run("sh", "-c", 'promtool check metrics <"$1"', "sh", path);
  assert.ok(outcome.success, `${outcome.text}\n${text}`);
});
