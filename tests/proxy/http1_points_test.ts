import { equal, ok } from "node:assert/strict";
import { openStage } from "./harness.ts";
import { openRecorder } from "./recorder.ts";

/**
 * The points at which a server of HTTP/1.1 is commonly tested from outside: bytes, and what must
 * happen. "answered": 2xx; "refused": 4xx or 5xx, and the connection closes; "waits": no answer and
 * no close until the rest has come.
 */
const POINTS: readonly (
  readonly [name: string, bytes: string, outcome: "answered" | "refused" | "waits", rest?: string]
)[] = [
  // A request in pieces.
  ["a part of the method", "GE", "waits", "T /app HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["a method without its space", "GET", "waits", " /app HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["a method and a space", "GET ", "waits", "/app HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["a part of the target", "GET /ap", "waits", "p HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["a target and a space", "GET /app ", "waits", "HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["a part of the version", "GET /app HTTP/1", "waits", ".1\r\nHost: h\r\n\r\n"],
  ["a request line without LF", "GET /app HTTP/1.1\r", "waits", "\nHost: h\r\n\r\n"],
  ["a request line", "GET /app HTTP/1.1\r\n", "waits", "Host: h\r\n\r\n"],
  ["a part of a field's name", "GET /app HTTP/1.1\r\nHo", "waits", "st: h\r\n\r\n"],
  ["a part of a field's value", "GET /app HTTP/1.1\r\nHost: h", "waits", "\r\n\r\n"],
  ["half an empty line", "GET /app HTTP/1.1\r\nHost: h\r\n\r", "waits", "\n"],
  [
    "a head without its body",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n",
    "waits",
    "body",
  ],
  [
    "a part of a body",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo",
    "waits",
    "dy",
  ],
  [
    "a part of a chunk",
    "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo",
    "waits",
    "dy\r\n0\r\n\r\n",
  ],
  // Valid requests.
  ["a plain request", "GET /app HTTP/1.1\r\nHost: h\r\n\r\n", "answered"],
  [
    "odd case, a tab and an empty value",
    "GET /app HTTP/1.1\r\nhoSt:\th\r\nempty:\r\n\r\n",
    "answered",
  ],
  [
    "a body of its length",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody",
    "answered",
  ],
  [
    "a chunked body",
    "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    "answered",
  ],
  ["a length of zero", "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "answered"],
  ["an absolute target", "GET http://h/app HTTP/1.1\r\nHost: h\r\n\r\n", "answered"],
  [
    "an expectation of 100 Continue",
    "POST /app HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody",
    "answered",
  ],
  // Invalid requests.
  ["no version", "GET /app\r\nHost: h\r\n\r\n", "refused"],
  ["a version of one digit", "GET /app HTTP/1\r\nHost: h\r\n\r\n", "refused"],
  ["a version that does not exist", "GET /app HTTP/9.9\r\nHost: h\r\n\r\n", "refused"],
  ["no Host", "GET /app HTTP/1.1\r\n\r\n", "refused"],
  ["two Hosts", "GET /app HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", "refused"],
  [
    "a control character in a value",
    "GET /app HTTP/1.1\r\nHost: h\r\nA: b\x07c\r\n\r\n",
    "refused",
  ],
  ["a space in a field's name", "GET /app HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n", "refused"],
  [
    "a negative length",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: -4\r\n\r\nbody",
    "refused",
  ],
  [
    "a length of letters",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: four\r\n\r\nbody",
    "refused",
  ],
  [
    "a length that overflows 64 bits",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551620\r\n\r\nbody",
    "refused",
  ],
  [
    "a length and chunks",
    "POST /app HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "refused",
  ],
  [
    "a chunk size that is not hexadecimal",
    "POST /app HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nbody\r\n0\r\n\r\n",
    "refused",
  ],
];

Deno.test("proxy at each point at which servers of HTTP/1.1 are tested", async (test) => {
  equal(POINTS.length, 33);
  for (const [name, bytes, outcome, rest = ""] of POINTS) {
    await test.step(name, async () => {
      await using stage = openStage();
      await using recorder = openRecorder();
      stage.routes.set("app", { type: "ready", upstream: recorder.upstream });
      const client = await stage.connect();
      await client.write(bytes);
      if (outcome === "waits") {
        // The response to another client shows that the proxy has processed the bytes.
        const other = await stage.connect();
        await other.write("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
        await other.readUntil("Function not found");
        await client.write(rest);
      }
      const head = await client.readHead();
      const status = Number(head.slice(9, 12));
      if (outcome === "refused") {
        ok(status >= 400, head);
        equal((await client.readAll()).includes("HTTP/1.1 "), false);
        return;
      }
      equal(status, 200, head);
      // Exactly one answer, and the connection is open for the next request.
      await client.write("GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      equal((await client.readAll()).slice(0, 12), "HTTP/1.1 404");
    });
  }
});
