import assert from "node:assert/strict";
import { begin, GET, OK, openStage, type Stage } from "./harness.ts";

const POST = "POST /app/reload HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
const DONE = '{"success":true,"message":"Server app reloaded successfully"}';

/** The names of the functions that a stage was asked to reload. */
function reloading(stage: Stage, reason?: string): string[] {
  const asked: string[] = [];
  stage.routes.onReload = (name) => {
    asked.push(name);
    return Promise.resolve(reason === undefined ? { isDone: true } : { isDone: false, reason });
  };
  return asked;
}

Deno.test("POST /NAME/reload reloads the function and keeps the connection", async () => {
  await using stage = openStage();
  const asked = reloading(stage);
  const client = await stage.connect();
  await client.write(POST.replace("Length: 0", "Length: 4") + "body" + GET);
  const head = await client.readHead();
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n[^]*content-type: application\/json\r\n/);
  assert.equal(await client.read(DONE.length), DONE);
  const served = await stage.backend.accept();
  await served.readHead();
  await served.write(OK);
  assert.match(await client.readHead(), /^HTTP\/1\.1 200/);
  assert.deepEqual(asked, ["app"]);
});

Deno.test("POST /NAME/reload with an incomplete body closes the connection after the reply", async () => {
  await using stage = openStage();
  reloading(stage);
  const client = await stage.connect();
  await client.write(POST.replace("Content-Length: 0", "Transfer-Encoding: chunked"));
  const head = await client.readHead();
  assert.match(head, /^HTTP\/1\.1 200 [^]*connection: close\r\n/);
  assert.equal(await client.readAll(), DONE);
});

Deno.test("POST /NAME/reload says why a reload failed unless errors are hidden", async () => {
  for (const hideErrors of [false, true]) {
    await using stage = openStage({}, { hideErrors });
    reloading(stage, "The check failed");
    const client = await stage.connect();
    await client.write(POST.replace("Host", "Connection: close\r\nHost"));
    const answer = await client.readAll();
    assert.match(answer, /^HTTP\/1\.1 500 /);
    const why = hideErrors ? "" : ": The check failed";
    const body = JSON.stringify({ success: false, message: `Server app was not reloaded${why}` });
    assert.ok(answer.endsWith(`\r\n\r\n${body}`), answer);
  }
});

Deno.test("requests other than exactly POST /NAME/reload reach the function", async () => {
  const requests = [
    "GET /app/reload",
    "PUT /app/reload",
    "post /app/reload",
    "POST /app/reload/",
    "POST /app/reload?now",
    "POST /app//reload",
    "POST /app/Reload",
    "POST /app/%72eload",
    "POST /app/x/reload",
  ];
  for (const request of requests) {
    await using stage = openStage();
    stage.routes.onReload = () => assert.fail(request);
    const { head } = await begin(
      stage,
      `${request} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n`,
    );
    assert.equal(head.split(" ")[1], request.slice(request.indexOf("/app") + 4));
  }
  await using named = openStage({}, { domains: ["h"] });
  named.routes.onReload = () => assert.fail("by host");
  const { head } = await begin(named, POST.replace("/app/", "/").replace("Host: h", "Host: app.h"));
  assert.match(head, /^POST \/reload HTTP/);
});

Deno.test("POST /NAME/reload reaches the function if reloads are off", async () => {
  await using stage = openStage();
  const { head } = await begin(stage, POST);
  assert.match(head, /^POST \/reload HTTP/);
  reloading(stage, "never");
  const client = await stage.connect();
  await client.write(POST.replace("/app/", "/none/"));
  assert.match(await client.readHead(), /^HTTP\/1\.1 404/);
});
