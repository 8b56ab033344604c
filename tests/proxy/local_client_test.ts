import { equal } from "node:assert/strict";
import { createRequestHead, parseRequestHead } from "../../lib/proxy/http1/request_head.ts";
import { isLocalClient } from "../../lib/proxy/local_client.ts";
import { bytesOf } from "./harness.ts";

interface Row {
  readonly address?: string;
  readonly isTrusted?: boolean;
  readonly host?: string;
  readonly fields?: string;
  readonly version?: string;
}

function isLocal(
  { address = "127.0.0.1", isTrusted = false, host = "localhost:9999", ...rest }: Row,
): boolean {
  const { fields = "", version = "1.1" } = rest;
  const bytes = bytesOf(`GET / HTTP/${version}\r\nHost: ${host}\r\n${fields}\r\n`);
  const head = createRequestHead(16);
  const limits = { maxTargetBytes: 99 };
  equal(parseRequestHead(bytes, { start: 0, end: bytes.length }, head, limits), undefined);
  return isLocalClient({ address, isTrusted }, head, ["example.org"]);
}

const forwarded = (...addresses: string[]): string =>
  addresses.map((one) => `X-Forwarded-For: ${one}\r\n`).join("");

Deno.test("isLocalClient() accepts programs of this host", () => {
  const rows: readonly Row[] = [
    {},
    { address: "127.9.9.9" },
    { address: "::1" },
    { host: "LOCALHOST" },
    { host: "127.0.0.1:9999" },
    { host: "[::1]:9999" },
    { host: "shop.localhost" },
    { isTrusted: true },
    { isTrusted: true, host: "example.org", fields: forwarded("127.0.0.1") },
    { isTrusted: true, host: "shpo.example.org", fields: forwarded("127.0.0.1") },
    { isTrusted: true, fields: forwarded("127.0.0.1", "::1, ::ffff:127.0.0.1") },
    { isTrusted: true, fields: `${forwarded("127.0.0.1")}X-Forwarded-Proto: https\r\n` },
  ];
  for (const row of rows) equal(isLocal(row), true, JSON.stringify(row));
});

Deno.test("isLocalClient() refuses others, and proxies that speak for others", () => {
  const rows: readonly Row[] = [
    { address: "192.0.2.1" },
    { address: "2001:db8::1" },
    { address: "192.0.2.1", isTrusted: true, fields: forwarded("127.0.0.1") },
    // A proxy without trust, or with trust and other clients.
    { fields: forwarded("127.0.0.1") },
    { fields: forwarded("") },
    { fields: "X-Real-IP: 127.0.0.1\r\n" },
    { fields: "Forwarded: for=127.0.0.1\r\n" },
    { fields: "X-Forwarded-Host: localhost\r\n" },
    { fields: "X-Forwarded-Server: h\r\n" },
    { fields: "Via: 1.1 proxy\r\n" },
    { isTrusted: true, fields: "Via: 1.1 proxy\r\n" },
    { isTrusted: true, fields: forwarded("192.0.2.1") },
    { isTrusted: true, fields: forwarded("127.0.0.1, 192.0.2.1") },
    { isTrusted: true, fields: forwarded("192.0.2.1", "127.0.0.1") },
    { isTrusted: true, fields: forwarded("unknown") },
    { isTrusted: true, fields: forwarded(`${"127.0.0.1,".repeat(30)}127.0.0.1`) },
    { version: "1.0" },
    // A proxy of TCP connections.
    { host: "example.org" },
    { host: "shop.example.org", isTrusted: true },
    // DNS rebinding.
    { host: "evil.example", isTrusted: true, fields: forwarded("127.0.0.1") },
    { host: "evil.example" },
    { host: "localhost.evil.example" },
    { host: "evilexample.org" },
    { host: "127.0.0.1.evil.example" },
  ];
  for (const row of rows) equal(isLocal(row), false, JSON.stringify(row));
});
