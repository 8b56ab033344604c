import assert from "node:assert/strict";
import { judgeAttach } from "../../../../cli/commands/debug/judge_attach.ts";

const HOST = "Host: 127.0.0.1:9229";
const WEBSOCKET = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n" +
  "Sec-WebSocket-Version: 13";

/** Heads, and the status of the refusal; 0 for those that reach the inspector. */
const HEADS: readonly (readonly [head: string, status: number])[] = [
  [`GET /json/list HTTP/1.1\r\n${HOST}`, 0],
  ["GET /json/version HTTP/1.1\r\nHost: localhost:19229\r\nAccept: */*", 0],
  ["GET /json HTTP/1.1\r\nhost:[::1]:9229", 0],
  [`GET /id HTTP/1.1\r\n${HOST}\r\n${WEBSOCKET}`, 0],
  [`GET /id HTTP/1.1\r\n${HOST}\r\n${WEBSOCKET}\r\nOrigin: devtools://devtools`, 0],
  [`GET /id HTTP/1.1\r\n${HOST}\r\n${WEBSOCKET}\r\nSec-Fetch-Site: cross-site`, 0],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nContent-Length: 0`, 0],
  ["GET /json HTTP/1.1\r\nHost: attacker.example", 421],
  ["GET /json HTTP/1.1\r\nHost: 127.0.0.1.attacker.example", 421],
  ["GET /json HTTP/1.1\r\nHost: localhost@attacker.example", 421],
  ["GET /json HTTP/1.1\r\nHost: 127.0.0.1:9229, attacker.example", 421],
  ["GET /json HTTP/1.1\r\nHost: ", 421],
  [`GET /json HTTP/1.1`, 400],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nHost: attacker.example`, 400],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nOrigin: https://attacker.example`, 403],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nOrigin: null`, 403],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nOrigin: http://127.0.0.1:9229`, 403],
  [`GET /id HTTP/1.1\r\n${HOST}\r\n${WEBSOCKET}\r\nOrigin: devtools://x.test/`, 403],
  [
    `GET /id HTTP/1.1\r\n${HOST}\r\n${WEBSOCKET}\r\nOrigin: devtools://devtools\r\nOrigin: http://a`,
    403,
  ],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nSec-Fetch-Site: cross-site`, 403],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nSec-Fetch-Site: same-site`, 403],
  [`POST /json HTTP/1.1\r\n${HOST}`, 405],
  [`PUT /json/new HTTP/1.1\r\n${HOST}`, 405],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nContent-Length: 20`, 400],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nTransfer-Encoding: chunked`, 400],
  [`GET http://127.0.0.1/json HTTP/1.1\r\n${HOST}`, 400],
  [`GET /json HTTP/1.0\r\n${HOST}`, 400],
  [`GET /js on HTTP/1.1\r\n${HOST}`, 400],
  [`GET /json HTTP/1.1\r\n${HOST}\r\n X: folded`, 400],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nX: a\nHost: attacker.example`, 400],
  [`GET /json HTTP/1.1\r\n${HOST}\r\nX : a`, 400],
  ["", 400],
];

for (const [head, status] of HEADS) {
  Deno.test(`judgeAttach() answers ${status} to ${JSON.stringify(head)}`, () => {
    const judged = judgeAttach(head);
    assert.equal(judged.type === "allowed" ? 0 : judged.status, status);
  });
}

Deno.test("judgeAttach() passes on no other fields, and one request only", () => {
  const plain = judgeAttach(
    `GET /json?x HTTP/1.1\r\n${HOST}\r\nConnection: keep-alive\r\nCookie: a=b\r\nUpgrade: h2c`,
  );
  assert.deepEqual(plain, {
    type: "allowed",
    isUpgrade: false,
    head: "GET /json?x HTTP/1.1\r\nhost: 127.0.0.1:9229\r\nconnection: close\r\n\r\n",
  });
  const attached = judgeAttach(`GET /id HTTP/1.1\r\nCookie: a=b\r\n${WEBSOCKET}\r\n${HOST}`);
  assert.deepEqual(attached, {
    type: "allowed",
    isUpgrade: true,
    head: "GET /id HTTP/1.1\r\nhost: 127.0.0.1:9229\r\nconnection: Upgrade\r\n" +
      "upgrade: websocket\r\nsec-websocket-key: k\r\nsec-websocket-version: 13\r\n\r\n",
  });
});
