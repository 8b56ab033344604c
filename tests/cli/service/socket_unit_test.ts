import assert from "node:assert/strict";
import {
  parseListenAddress,
  socketText,
  socketUnitPath,
} from "../../../cli/service/socket_unit.ts";
import { UNIT_MARK } from "../../../cli/service/unit.ts";

const ADDRESSES: readonly (readonly [text: string, isValid: boolean])[] = [
  ["80", true],
  ["65535", true],
  ["127.0.0.1:8080", true],
  ["[::]:80", true],
  ["[fd00::1]:8000", true],
  ["0", false],
  ["65536", false],
  ["", false],
  ["eth0", false],
  ["localhost:80", false],
  ["1.2.3:80", false],
  ["1.2.3.400:80", false],
  ["[::g]:80", false],
  ["::1:80", false],
  ["80\nExecStart=/bin/sh", false],
  ["%h:80", false],
  ["/run/socket", false],
];

for (const [text, isValid] of ADDRESSES) {
  Deno.test(`parseListenAddress() ${isValid ? "takes" : "refuses"} ${JSON.stringify(text)}`, () => {
    assert.equal(parseListenAddress(text), isValid ? text : undefined);
  });
}

Deno.test("socketText() is a unit that ddsrv may overwrite, with the address", () => {
  const text = socketText("[::]:80");
  assert.ok(text.startsWith(UNIT_MARK));
  assert.match(text, /^ListenStream=\[::\]:80$/m);
  assert.match(text, /^FileDescriptorName=proxy$/m);
  assert.equal(
    socketUnitPath("/etc/systemd/system/ddsrv.service"),
    "/etc/systemd/system/ddsrv.socket",
  );
  assert.equal(socketUnitPath("/tmp/unit"), "/tmp/unit.socket");
});
