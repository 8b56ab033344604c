import { equal } from "node:assert/strict";
import { isAdminHost } from "../../lib/control/admin_host.ts";

const NAMES = ["ddsrv", "metrics.internal"];

const rows: readonly (readonly [host: string | undefined, isAnswered: boolean])[] = [
  [undefined, true],
  ["127.0.0.1", true],
  ["127.0.0.1:9998", true],
  ["10.1.2.3:9998", true],
  ["[::1]", true],
  ["[2001:db8::1]:9998", true],
  ["localhost", true],
  ["LocalHost:9998", true],
  ["localhost.:9998", true],
  ["ddsrv:9998", true],
  ["DDSRV", true],
  ["metrics.internal.:9998", true],
  ["evil.example", false],
  ["evil.example:9998", false],
  ["ddsrv.evil.example", false],
  ["localhost.evil.example", false],
  ["127.0.0.1.evil.example", false],
  ["127.0.0.1@evil.example", false],
  ["evil.example#localhost", false],
  ["[evil.example]", false],
  ["[127.0.0.1]", false],
  ["::1", false],
  ["127.1", false],
  ["0x7f000001", false],
  ["localhost:1:2", false],
  ["localhost, evil.example", false],
  [" ", false],
  ["", false],
  [".", false],
];

for (const [host, isAnswered] of rows) {
  const verb = isAnswered ? "accepts" : "refuses";
  Deno.test(`isAdminHost() ${verb} ${JSON.stringify(host)}`, () => {
    equal(isAdminHost(host, NAMES), isAnswered);
  });
}
