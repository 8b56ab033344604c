import { deepEqual, equal, ok } from "node:assert/strict";
import { readAnswers } from "./answer_reader.ts";
import { openStage } from "./harness.ts";
import { openRecorder } from "./recorder.ts";
import { WIRE_CASES, WIRE_LIMITS, type WireCase } from "./wire_cases.ts";

/** Sent after each case: answered if the connection stays open, never forwarded otherwise. */
const LAST = "GET /app/last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const LAST_SEEN =
  "GET /last HTTP/1.1\r\nHost: h\r\nVia: 1.1 ddsrv\r\nX-Forwarded-For: 127.0.0.1\r\n" +
  "X-Forwarded-Host: h\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Prefix: /app\r\n" +
  "X-Deno-Client-Address: 127.0.0.1:PORT\r\nX-Request-Id: ID\r\n\r\n";

/** The result of a case: all bytes that the client and the function received. */
async function run(request: string): Promise<{ readonly got: string; readonly upstream: string }> {
  await using stage = openStage(WIRE_LIMITS, { via: true });
  await using recorder = openRecorder();
  stage.routes.set("app", { type: "ready", upstream: recorder.upstream });
  const client = await stage.connect();
  await client.write(request);
  const got = await client.readAll();
  ok(!client.isReset, "the connection was reset");
  client.close();
  await stage.proxy.drain();
  const upstream = (await recorder.finish())
    .replaceAll(/(?<=\r\nX-Request-Id: )[0-9a-f-]{36}(?=\r\n)/g, "ID")
    .replaceAll(/(?<=\r\nX-Deno-Client-Address: 127\.0\.0\.1:)\d+(?=\r\n)/g, "PORT")
    .replaceAll(recorder.upstream.authority, "UPSTREAM");
  return { got, upstream };
}

function check(one: WireCase, { got, upstream }: Awaited<ReturnType<typeof run>>): void {
  const statuses = [one.status].flat().concat(one.isClosed ? [] : 200);
  const methods = statuses.map((_, index) =>
    index === 0 && one.request.startsWith("HEAD ") ? "HEAD" : "GET"
  );
  const answers = readAnswers(got, methods);
  deepEqual(answers.map(({ status }) => status), statuses);
  ok(answers.every(({ isWhole }) => isWhole), "an answer was cut short");
  const closing = answers.map(({ fields }) => fields.get("connection")?.toLowerCase() === "close");
  deepEqual(closing, answers.map((_, index) => index === answers.length - 1));
  if (one.isCut) ok(one.upstream!.startsWith(upstream), `the function got ${upstream}`);
  else equal(upstream, (one.upstream ?? "") + (one.isClosed ? "" : LAST_SEEN));
}

for (const one of WIRE_CASES) {
  Deno.test(`proxy at the wire: ${one.name}`, async () =>
    check(one, await run(one.request + LAST)));
}

Deno.test("proxy at the wire: names of cases are unique", () => {
  equal(new Set(WIRE_CASES.map(({ name }) => name)).size, WIRE_CASES.length);
  ok(WIRE_CASES.length >= 170, `${WIRE_CASES.length} cases`);
});
