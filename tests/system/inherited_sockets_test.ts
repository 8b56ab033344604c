import assert from "node:assert/strict";
import {
  planInheritedFiles,
  readInheritedSocket,
  takeInheritedFiles,
} from "../../lib/system/inherited_sockets.ts";
import { adoptListener, encodeEvent, parseRegistration } from "../../lib/system/adopt_listener.ts";
import { findListening, parseSocketAddress } from "../../lib/system/listening_address.ts";
import { F_DUPFD_CLOEXEC, openSocketLibrary } from "../../lib/system/socket_library.ts";

const PID = 812;

function environment(variables: Record<string, string>): Pick<Deno.Env, "get" | "delete"> {
  const left = new Map(Object.entries(variables));
  return { get: (name) => left.get(name), delete: (name) => void left.delete(name) };
}

Deno.test("planInheritedFiles() names the descriptors from 3 on", () => {
  assert.deepEqual(planInheritedFiles("2", "web:admin"), [
    { descriptor: 3, name: "web" },
    { descriptor: 4, name: "admin" },
  ]);
  assert.deepEqual(planInheritedFiles("1", undefined), [{ descriptor: 3, name: "" }]);
  assert.deepEqual(planInheritedFiles("0", undefined), []);
});

const WRONG: readonly (readonly [count: string, names: string | undefined])[] = [
  ["", undefined],
  ["-1", undefined],
  ["1e1", undefined],
  [" 1", undefined],
  ["65", undefined],
  ["99999999999999999999", undefined],
  ["0x3", undefined],
  ["2", "web"],
  ["1", "web:admin"],
  ["0", ""],
];

for (const [count, names] of WRONG) {
  Deno.test(`planInheritedFiles() refuses LISTEN_FDS "${count}" with names ${names}`, () => {
    assert.throws(() => planInheritedFiles(count, names), RangeError);
  });
}

Deno.test("takeInheritedFiles() ignores files for another process, and removes all variables", () => {
  for (const pid of ["811", "", "0812", "812 "]) {
    const given = environment({ LISTEN_PID: pid, LISTEN_FDS: "nonsense", LISTEN_FDNAMES: "x" });
    assert.deepEqual(takeInheritedFiles(given, PID), []);
    assert.equal(given.get("LISTEN_FDS"), undefined);
    assert.equal(given.get("LISTEN_PID"), undefined);
    assert.equal(given.get("LISTEN_FDNAMES"), undefined);
  }
});

Deno.test("takeInheritedFiles() refuses a count of more files than are open", () => {
  const given = environment({ LISTEN_PID: String(PID), LISTEN_FDS: "64" });
  assert.throws(() => takeInheritedFiles(given, PID), /but descriptor \d+ is not open/);
});

Deno.test("readInheritedSocket() refuses everything but a listening TCP socket", async () => {
  const file = await Deno.open("/dev/null");
  using library = openSocketLibrary();
  const descriptor = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name).find((name) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === "/dev/null" && Number(name) > 2;
    } catch {
      return false;
    }
  });
  const named = { descriptor: Number(descriptor), name: "web" };
  assert.throws(() => readInheritedSocket(named), /\("web"\) of LISTEN_FDS is not a socket/);
  file.close();
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  using _listener = Deno.listen({ transport: "unix", path });
  const unix = sockets().at(-1)!;
  assert.throws(() => readInheritedSocket({ descriptor: unix, name: "" }), /is not a TCP socket/);
  await Deno.remove(path);
  using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: tcp.addr.port });
  assert.ok(client.localAddr.port > 0);
  assert.equal(findListening(library, tcp.addr).length, 1);
  const quiet = sockets().find((one) =>
    !findListening(library, tcp.addr).includes(one) && one !== unix
  );
  assert.throws(
    () => readInheritedSocket({ descriptor: quiet!, name: "" }),
    /is (?:a socket that does not listen|not a TCP socket|a socket for datagrams)/,
  );
});

function sockets(): number[] {
  return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => Number(name)).filter((one) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${one}`).startsWith("socket:");
    } catch {
      return false;
    }
  });
}

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`adoptListener() accepts what waits on an inherited socket of ${hostname}`, async () => {
    using library = openSocketLibrary();
    const first = Deno.listen({ hostname, port: 0 });
    const { port } = first.addr;
    const [own] = findListening(library, first.addr);
    const descriptor = library.symbols.fcntl(own!, F_DUPFD_CLOEXEC, 100);
    first.close();
    using early = await Deno.connect({ hostname, port });
    const socket = readInheritedSocket({ descriptor, name: "" });
    assert.deepEqual(socket, { descriptor, hostname, port });
    const listener = adoptListener(socket);
    using arrived = await listener.accept();
    assert.deepEqual(arrived.remoteAddr, early.localAddr);
    const accepting = listener.accept();
    using late = await Deno.connect({ hostname, port });
    using next = await accepting;
    assert.deepEqual(next.remoteAddr, late.localAddr);
    const ended = assert.rejects(listener.accept());
    listener.close();
    await ended;
    await assert.rejects(Deno.connect({ hostname, port }));
  });
}

Deno.test("parseRegistration() finds a descriptor among others", () => {
  const text = "pos:\t0\nflags:\t02\n" +
    "tfd:        5 events:       19 data:                5  pos:0 ino:1 sdev:9\n" +
    "tfd:       21 events: 8000201d data:     55b166597180  pos:0 ino:2 sdev:9\n";
  assert.deepEqual(parseRegistration(text, 21), { events: 0x8000201d, data: 0x55b166597180n });
  assert.equal(parseRegistration(text, 1), undefined);
  assert.equal(parseRegistration("", 1), undefined);
});

Deno.test("encodeEvent() is packed on x86-64 only", () => {
  const event = { events: 1, data: 2n };
  assert.equal(encodeEvent(event, "x86_64").length, 12);
  assert.equal(encodeEvent(event, "x86_64")[4], 2);
  assert.equal(encodeEvent(event, "aarch64").length, 16);
  assert.equal(encodeEvent(event, "aarch64")[8], 2);
});

Deno.test("parseSocketAddress() reads addresses of IPv4 and IPv6, and no other family", () => {
  const v4 = new Uint8Array(28);
  v4.set([2, 0, 0x1f, 0x90, 192, 0, 2, 7]);
  assert.deepEqual(parseSocketAddress(v4), { hostname: "192.0.2.7", port: 8080 });
  const v6 = new Uint8Array(28);
  v6.set([10, 0, 0, 80]);
  v6[23] = 1;
  assert.deepEqual(parseSocketAddress(v6), { hostname: "::1", port: 80 });
  assert.equal(parseSocketAddress(new Uint8Array(28).fill(1)), undefined);
});
