import { deepEqual, equal } from "node:assert/strict";
import { MAX_HELLO_BYTES, readServerName } from "../../../lib/proxy/tls/client_hello.ts";

/** The first bytes that Deno's TLS client sends to a server of this name. */
async function realHello(hostname: string): Promise<Uint8Array> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const plain = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using served = await listener.accept();
  using client = await Deno.startTls(plain, { hostname });
  client.handshake().catch(() => {});
  const bytes = new Uint8Array(MAX_HELLO_BYTES);
  let length = 0;
  while (readServerName(bytes.subarray(0, length)).type === "incomplete") {
    length += await served.read(bytes.subarray(length)) ?? 0;
  }
  return bytes.slice(0, length);
}

/** A ClientHello with these extensions, each a type and its content. */
function helloWith(extensions: readonly (readonly [number, readonly number[]])[]): Uint8Array {
  const list = extensions.flatMap(([type, content]) => [
    ...uint16(type),
    ...uint16(content.length),
    ...content,
  ]);
  const body = [3, 3, ...new Array(32).fill(7), 0, 0, 2, 0x13, 1, 1, 0, ...uint16(list.length)];
  return record([...handshake([...body, ...list])]);
}

function handshake(body: readonly number[]): number[] {
  return [1, 0, ...uint16(body.length), ...body];
}

function record(content: readonly number[]): Uint8Array {
  return Uint8Array.from([22, 3, 1, ...uint16(content.length), ...content]);
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function serverName(name: string): [number, number[]] {
  const host = [0, ...uint16(name.length), ...new TextEncoder().encode(name)];
  return [0, [...uint16(host.length), ...host]];
}

Deno.test("readServerName() reads the name that Deno's client sends", async () => {
  deepEqual(readServerName(await realHello("Shop.example.org")), {
    type: "hello",
    name: "shop.example.org",
  });
  deepEqual(readServerName(await realHello("127.0.0.1")), { type: "hello", name: undefined });
});

Deno.test("readServerName() waits for all bytes, in one or several records", async () => {
  const hello = await realHello("a.test");
  for (let length = 0; length < hello.length; length++) {
    equal(readServerName(hello.subarray(0, length)).type, "incomplete", String(length));
  }
  const message = [...hello.subarray(5)];
  for (const first of [1, 3, 4, 50, message.length - 1]) {
    const split = [...record(message.slice(0, first)), ...record(message.slice(first))];
    deepEqual(readServerName(Uint8Array.from(split)), { type: "hello", name: "a.test" });
  }
});

Deno.test("readServerName() copies nothing for a client that sends single bytes, which would take minutes", () => {
  const message = [1, 0, ...uint16(MAX_HELLO_BYTES - 4), ...new Array(16_100).fill(0)];
  const records = Array.from(
    { length: 15 },
    (_, index) => record(message.slice(index * 1_070, (index + 1) * 1_070)),
  );
  const hello = Uint8Array.from(records.flatMap((one) => [...one]));
  for (let round = 0; round < 8; round++) {
    for (let length = 0; length <= hello.length; length++) {
      // A copy of all bytes so far each time would take two minutes.
      equal(readServerName(hello.subarray(0, length)).type, "incomplete");
    }
  }
});

Deno.test("readServerName() does not guess", () => {
  const rows: readonly [string, Uint8Array, string | undefined | null][] = [
    ["no extension", helloWith([]), undefined],
    ["other extensions", helloWith([[10, [0, 2, 0, 29]], [43, [2, 3, 4]]]), undefined],
    ["a name after others", helloWith([[10, []], serverName("A.test")]), "a.test"],
    ["no name", helloWith([[0, []]]), null],
    ["an empty name", helloWith([serverName("")]), null],
    ["a name with NUL", helloWith([serverName("a\0.test")]), null],
    ["a name with a slash", helloWith([serverName("../a")]), null],
    ["a name that is not ASCII", helloWith([serverName("bücher")]), null],
    ["another type of name", helloWith([[0, [0, 4, 1, 0, 1, 97]]]), null],
    ["a list that is longer than its extension", helloWith([[0, [0, 9, 0, 0, 1, 97]]]), null],
    ["a name that is longer than its list", helloWith([[0, [0, 4, 0, 0, 9, 97]]]), null],
    ["plain HTTP", new TextEncoder().encode("GET / HTTP/1.1\r\n"), null],
    ["one letter", Uint8Array.of(71), null],
    ["an alert", Uint8Array.of(21, 3, 1, 0, 2, 2, 40), null],
    ["SSL 2", Uint8Array.of(22, 2, 0, 0, 1), null],
    ["another handshake message", record([2, 0, 0, 0]), null],
    ["an empty record", record([]), null],
    ["a message of 16 MiB", record([1, 255, 255, 255, ...new Array(100).fill(0)]), null],
    ["a record of 64 KiB", Uint8Array.of(22, 3, 1, 255, 255), null],
    ["a body that is cut", record(handshake([3, 3, 1, 2])), null],
    ["many records", Uint8Array.from(new Array(40).fill([...record([1])]).flat()), null],
  ];
  for (const [what, bytes, name] of rows) {
    const expected = name === null ? { type: "unreadable" } : { type: "hello", name };
    deepEqual(readServerName(bytes), expected, what);
  }
});

Deno.test("readServerName() never throws, whatever byte is different", async () => {
  const hello = await realHello("a.test");
  for (let at = 0; at < hello.length; at++) {
    for (const value of [0, 1, 127, 255]) {
      readServerName(hello.with(at, value));
    }
  }
});
