import assert from "node:assert/strict";
import { openService, type Service } from "../../../../cli/commands/serve/service.ts";
import { useFakeTimers } from "../../../fake_timers.ts";

interface Setting extends Disposable {
  readonly service: Service;
  readonly sent: string[];
  readonly warnings: string[];
  readonly variables: Map<string, string>;
  /** True if a service manager listens for messages. */
  isHeard: boolean;
}

function open(variables: Record<string, string>): Setting {
  const environment = new Map(Object.entries(variables));
  const [sent, warnings]: [string[], string[]] = [[], []];
  const setting: Setting = {
    sent,
    warnings,
    variables: environment,
    isHeard: true,
    service: openService({
      environment: {
        get: (name) => environment.get(name),
        delete: (name) => void environment.delete(name),
      },
      pid: 7,
      onWarning: (message) => warnings.push(message),
      open: () => ({
        send(message) {
          if (setting.isHeard) sent.push(message);
          return setting.isHeard;
        },
        monotonicMicroseconds: () => 5n,
        [Symbol.dispose]() {},
      }),
    }),
    [Symbol.dispose]: () => setting.service[Symbol.dispose](),
  };
  return setting;
}

Deno.test("openService() sends notifications in order", async () => {
  using _time = useFakeTimers();
  using setting = open({ NOTIFY_SOCKET: "/n" });
  setting.service.ready();
  await setting.service.reload(() => Promise.resolve());
  await assert.rejects(setting.service.reload(() => Promise.reject(new Error("no"))), /^Error: no/);
  setting.service.stopping();
  assert.deepEqual(setting.sent, [
    "READY=1",
    ...["RELOADING=1\nMONOTONIC_USEC=5", "READY=1"],
    ...["RELOADING=1\nMONOTONIC_USEC=5", "READY=1"],
    "STOPPING=1\nSTATUS=stopping",
  ]);
});

Deno.test("openService() sends only the last of many status changes", () => {
  using time = useFakeTimers();
  using setting = open({ NOTIFY_SOCKET: "/n" });
  for (const text of ["a", "b", "c"]) setting.service.status(() => text);
  time.pass(250);
  setting.service.status(() => "d");
  setting.service.ready();
  time.pass(10_000);
  assert.deepEqual(setting.sent, ["STATUS=c", "READY=1\nSTATUS=d"]);
});

Deno.test("openService() repeats a message that was not received and warns once", () => {
  using time = useFakeTimers();
  using setting = open({ NOTIFY_SOCKET: "/n" });
  setting.isHeard = false;
  setting.service.ready();
  time.pass(5_000);
  setting.isHeard = true;
  time.pass(1_000);
  assert.deepEqual(setting.sent, ["READY=1"]);
  assert.equal(setting.warnings.length, 1);
  assert.match(setting.warnings[0]!, /nothing receives messages at "\/n".+ddsrv serves anyway/);
});

Deno.test("openService() pings its watchdog at half of the timeout", () => {
  const cases: readonly (readonly [Record<string, string>, number[]])[] = [
    [{ WATCHDOG_USEC: "30000000" }, [15_000]],
    [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, [15_000]],
    [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, []],
    [{ WATCHDOG_USEC: "99999999999999" }, [2 ** 31 - 1]],
    [{ WATCHDOG_USEC: "0" }, []],
    [{ WATCHDOG_USEC: "soon" }, []],
    [{}, []],
  ];
  for (const [variables, intervals] of cases) {
    using time = useFakeTimers();
    using setting = open({ NOTIFY_SOCKET: "/n", ...variables });
    assert.deepEqual(time.intervals(), intervals);
    time.pass(60_000);
    assert.equal(setting.sent.includes("WATCHDOG=1"), intervals[0] === 15_000);
    setting.service[Symbol.dispose]();
    assert.equal(time.count(), 0);
  }
});

Deno.test("openService() removes its variables from the environment", () => {
  const told = { NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "0", WATCHDOG_PID: "7" };
  using setting = open({ ...told, HOME: "/root" });
  assert.deepEqual([...setting.variables], [["HOME", "/root"]]);
});

Deno.test("openService() sends nothing without a service manager", async () => {
  using time = useFakeTimers();
  using setting = open({ WATCHDOG_USEC: "30000000" });
  setting.service.ready();
  setting.service.status(() => "a");
  await setting.service.reload(() => Promise.resolve());
  assert.equal(time.count(), 0);
  assert.deepEqual([setting.sent, setting.warnings], [[], []]);
});

Deno.test("openService() warns about an invalid address", () => {
  const warnings: string[] = [];
  const variables = new Map([["NOTIFY_SOCKET", "vsock:2:1"]]);
  using _service = openService({
    environment: { get: (name) => variables.get(name), delete: () => {} },
    pid: 7,
    onWarning: (message) => warnings.push(message),
  });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /^"vsock:2:1" is not a socket address: .+\. ddsrv serves anyway/);
});
