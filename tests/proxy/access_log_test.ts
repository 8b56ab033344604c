import { deepEqual, equal, match } from "node:assert/strict";
import { type AccessRecord, formatAccess } from "../../lib/proxy/access_log.ts";
import { begin, GET, OK, openStage, within } from "./harness.ts";

const RECORD: AccessRecord = {
  startedAtMs: Date.UTC(2026, 10, 3, 4, 5, 6, 789),
  address: "192.0.2.1",
  functionName: "hello",
  method: "GET",
  target: "/hello/a?b",
  protocol: "HTTP/1.1",
  host: "h",
  status: 200,
  bytes: 12,
  durationMs: 1.23456,
  requestId: "id",
  referer: "",
  userAgent: "curl/8",
  error: undefined,
};

Deno.test("formatAccess() writes a line in the combined format", () => {
  equal(
    formatAccess(RECORD, "combined"),
    '192.0.2.1 - - [03/Nov/2026:04:05:06 +0000] "GET /hello/a?b HTTP/1.1" 200 12 "-" "curl/8"\n',
  );
});

Deno.test("formatAccess() escapes characters that would end a field or a line", () => {
  const target = '/a"\\\n\x1b[31m\xc3\xa9';
  match(
    formatAccess({ ...RECORD, target, userAgent: '"\r' }, "combined"),
    /"GET \/a\\x22\\x5C\\x0A\\x1B\[31m\\xC3\\xA9 HTTP\/1\.1" 200 12 "-" "\\x22\\x0D"\n$/,
  );
  const line = formatAccess({ ...RECORD, target }, "json");
  equal(line.indexOf("\n"), line.length - 1);
  equal(JSON.parse(line).target, '/a"\\\n\x1b[31mé');
});

Deno.test("formatAccess() writes a line in JSON", () => {
  deepEqual(JSON.parse(formatAccess({ ...RECORD, error: "upstream-failed" }, "json")), {
    time: "2026-11-03T04:05:06.789Z",
    address: "192.0.2.1",
    function: "hello",
    method: "GET",
    target: "/hello/a?b",
    protocol: "HTTP/1.1",
    host: "h",
    status: 200,
    bytes: 12,
    durationMs: 1.235,
    requestId: "id",
    referer: "",
    userAgent: "curl/8",
    error: "upstream-failed",
  });
});

/** The log record of each request, without fields that differ from run to run. */
type Told = Partial<AccessRecord>;

function plain({ status, bytes, functionName, method, target, error }: AccessRecord): Told {
  return { status, bytes, functionName, method, target, error };
}

Deno.test("serveClient() logs each request when it has ended", async () => {
  const told: Told[] = [];
  let heard = Promise.withResolvers<void>();
  await using stage = openStage({ maxBodyBytes: 3 }, {
    onAccess(record) {
      told.push(plain(record));
      heard.resolve();
    },
  });
  const next = async (): Promise<Told | undefined> => {
    await within(heard.promise, "a record");
    heard = Promise.withResolvers();
    return told.shift();
  };
  const answered: Told = {
    status: 200,
    bytes: 2,
    functionName: "app",
    method: "GET",
    target: "/app/x",
    error: undefined,
  };
  const { client, served } = await begin(stage, GET);
  await served.write(OK);
  await client.readUntil("ok");
  deepEqual(await next(), answered);

  // After an interim response, chunked: the body includes its framing.
  await client.write(GET);
  await served.readHead();
  const chunks = "2\r\nok\r\n0\r\n\r\n";
  await served.write(
    `HTTP/1.1 103 x\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  );
  await client.readUntil(chunks);
  deepEqual(await next(), { ...answered, bytes: chunks.length });

  await client.write("GET http://h/none?a HTTP/1.1\r\nHost: h\r\n\r\n");
  await client.readUntil("not found");
  deepEqual(await next(), {
    ...answered,
    status: 404,
    bytes: "Function not found".length,
    functionName: undefined,
    target: "http://h/none?a",
    error: "function-not-found",
  });

  await client.write("POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n1234");
  await client.readUntil("bytes");
  const tooLarge = await next();
  deepEqual([tooLarge?.status, tooLarge?.error], [413, "body-too-large"]);

  await client.write(GET);
  await served.readHead();
  client.close();
  deepEqual(await next(), { ...answered, status: 499, bytes: 0, error: "client-closed" });

  const broken = await stage.connect();
  await broken.write("GET / HTTP/3\r\n\r\n");
  await broken.readAll();
  const refused = await next();
  deepEqual([refused?.status, refused?.method, refused?.error], [400, "", "malformed-request"]);

  const cut = await begin(stage, GET);
  await cut.served.write(OK.slice(0, -1));
  cut.served.close();
  await cut.client.readAll();
  deepEqual(await next(), { ...answered, bytes: 1, error: "upstream-failed" });
});
