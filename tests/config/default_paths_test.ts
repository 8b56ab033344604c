import assert from "node:assert/strict";
import { type DefaultPaths, defaultPaths, defaultSockets } from "../../lib/config/default_paths.ts";
import { defaultSettings } from "../../lib/config/settings.ts";

Deno.test("defaultPaths() of root ignores the environment", () => {
  const { socket, logsDirectory, stateDirectory, runtimeDirectory, lockDirectory } =
    defaultSettings;
  const environment = { HOME: "/h", XDG_RUNTIME_DIR: "/x", XDG_STATE_HOME: "/y" };
  assert.deepEqual(defaultPaths(0, environment), {
    socket,
    logsDirectory,
    stateDirectory,
    runtimeDirectory,
    lockDirectory,
  });
});

/** All paths that follow from two of them. */
function pathsIn(
  uid: number | null,
  runtimeDirectory: string,
  stateDirectory: string,
): DefaultPaths {
  return {
    socket: `${runtimeDirectory}/ddsrv.sock`,
    logsDirectory: `${stateDirectory}/logs`,
    stateDirectory,
    runtimeDirectory,
    lockDirectory: `/tmp/ddsrv-${uid ?? 0}/locks`,
  };
}

const rows: readonly [
  what: string,
  uid: number | null,
  environment: Readonly<Record<string, string>>,
  runtimeDirectory: string,
  stateDirectory: string,
][] = [
  ["a home", 1_000, { HOME: "/h" }, "/tmp/ddsrv-1000", "/h/.local/state/ddsrv"],
  ["a home with a slash", 1_000, { HOME: "/h/" }, "/tmp/ddsrv-1000", "/h/.local/state/ddsrv"],
  ["nothing", 1_001, {}, "/tmp/ddsrv-1001", "/tmp/.local/state/ddsrv"],
  ["no user", null, {}, "/tmp/ddsrv-0", "/tmp/.local/state/ddsrv"],
  [
    "XDG directories",
    1_000,
    { HOME: "/h", XDG_RUNTIME_DIR: "/run/user/1000", XDG_STATE_HOME: "/s" },
    "/run/user/1000/ddsrv",
    "/s/ddsrv",
  ],
  // "All paths set in these environment variables must be absolute."
  [
    "XDG directories that are not absolute",
    1_000,
    { HOME: "/h", XDG_RUNTIME_DIR: "run", XDG_STATE_HOME: "./s" },
    "/tmp/ddsrv-1000",
    "/h/.local/state/ddsrv",
  ],
  [
    "empty XDG directories",
    1_000,
    { HOME: "/h", XDG_RUNTIME_DIR: "", XDG_STATE_HOME: "" },
    "/tmp/ddsrv-1000",
    "/h/.local/state/ddsrv",
  ],
];

for (const [what, uid, environment, runtimeDirectory, stateDirectory] of rows) {
  Deno.test(`defaultPaths() of a user with ${what}`, () => {
    assert.deepEqual(
      defaultPaths(uid, environment),
      pathsIn(uid, runtimeDirectory, stateDirectory),
    );
  });
}

Deno.test("defaultSockets() covers every environment of a user's supervisors", () => {
  assert.deepEqual(defaultSockets(0, { XDG_RUNTIME_DIR: "/x" }), ["/run/ddsrv/ddsrv.sock"]);
  const [cron, session] = ["/tmp/ddsrv-1000/ddsrv.sock", "/run/user/1000/ddsrv/ddsrv.sock"];
  assert.deepEqual(defaultSockets(1_000, {}), [cron, session]);
  assert.deepEqual(defaultSockets(1_000, { XDG_RUNTIME_DIR: "/run/user/1000" }), [session, cron]);
  assert.deepEqual(defaultSockets(1_000, { XDG_RUNTIME_DIR: "/x" }), [
    "/x/ddsrv/ddsrv.sock",
    session,
    cron,
  ]);
});
