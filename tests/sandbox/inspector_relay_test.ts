import assert from "node:assert/strict";
import { inspectorPort, inspectorRelay } from "../../lib/sandbox/inspector_relay.ts";
import { runCommand, type RunCommandOptions } from "../../lib/sandbox/deno_command.ts";
import { sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { SANDBOX_PATHS } from "../../lib/sandbox/sandbox_paths.ts";

Deno.test("inspectorPort() is never the port of the function", () => {
  for (const port of [1, 3000, 9229, 61_229, 61_230, 65_535]) {
    assert.notEqual(inspectorPort(port), port);
  }
});

Deno.test("inspectorRelay() names a socket of its own for each instance", () => {
  assert.deepEqual(inspectorRelay("ddsrv-a1-3", 8000), {
    socket: "/ddsrv/inspector/ddsrv-a1-3.sock",
    port: 61_229,
  });
});

const OPTIONS: RunCommandOptions = {
  entry: "index.ts",
  importMap: undefined,
  allowImport: [],
  nodeModules: "none",
  permissions: {
    env: true,
    ffi: false,
    net: true,
    read: true,
    run: false,
    sys: false,
    write: false,
  },
  paths: SANDBOX_PATHS,
};

Deno.test("runCommand() opens an inspector on loopback only, and only if a person debugs", () => {
  const inspect = (options: Partial<RunCommandOptions>): string[] =>
    runCommand({ ...OPTIONS, ...options }).filter((one) => one.startsWith("--inspect"));
  assert.deepEqual(inspect({}), []);
  assert.deepEqual(inspect({ inspectorPort: 61_229 }), ["--inspect=127.0.0.1:61229"]);
});

Deno.test("sandboxCommand() relays the inspector in front of Landlock, and also without it", () => {
  const relay = inspectorRelay("a", 8000);
  for (const landlock of [true, false]) {
    const { command, input } = sandboxCommand({
      landlock,
      inspector: relay,
      mounts: [],
      workingDirectory: "/",
      command: ["/ddsrv/deno"],
    });
    const chain = command.slice(command.lastIndexOf("/ddsrv/perl", command.indexOf(relay.socket)));
    assert.deepEqual(chain.slice(3, 6), [relay.socket, "61229", "--"]);
    assert.equal(chain[6], landlock ? "/ddsrv/perl" : "/ddsrv/deno");
    assert.match(input, /\0--ro-bind\0\/usr\/bin\/perl\0\/ddsrv\/perl\0/);
    assert.match(input, /\0--tmpfs\0\/ddsrv\/inspector\0/);
    // Landlock gives the command no access there.
    assert.equal(chain.slice(6).includes("/ddsrv/inspector"), false);
  }
});
