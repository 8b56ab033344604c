import assert from "node:assert/strict";
import {
  defaultPermissions,
  type Permission,
  type SomePermissions,
  withPermissions,
} from "../../lib/config/permissions.ts";
import { type ProcessPaths, SANDBOX_PATHS } from "../../lib/sandbox/sandbox_paths.ts";
import { permissionFlags, visibleVariables } from "../../lib/sandbox/permission_flags.ts";

const tcp = { type: "tcp", hostname: "0.0.0.0", port: 8_000 } as const;
const own = "--allow-net=0.0.0.0,127.0.0.1,localhost,[::],[::1]";
const unix = { type: "unix", path: "/ddsrv/listen/http.sock" } as const;

const sandboxed: readonly [
  what: string,
  some: SomePermissions,
  listen: typeof tcp | typeof unix | undefined,
  flags: readonly string[],
][] = [
  ["the default flags", {}, tcp, [
    "--allow-net",
    "--allow-read",
    "--allow-write=/tmp,/ddsrv/data",
    "--allow-env",
    "--allow-sys",
  ]],
  ["the default flags, with a Unix socket", {}, unix, [
    "--allow-net",
    "--allow-read",
    `--allow-write=/tmp,/ddsrv/data,${unix.path}`,
    "--allow-env",
    "--allow-sys",
  ]],
  ["all flags without limits", "all", tcp, [
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys",
    "--allow-run",
    "--allow-ffi",
  ]],
  [
    "only the listen address and the start file",
    { net: false, read: false, write: false, env: false, sys: false },
    tcp,
    ["--allow-net=0.0.0.0:8000", "--allow-read=/ddsrv/start.json,/ddsrv/activity"],
  ],
  [
    "only the Unix socket and the start file",
    { net: false, read: false, write: false, env: false, sys: false },
    unix,
    [
      `${own},unix:${unix.path}`,
      `--allow-read=/ddsrv/start.json,/ddsrv/activity,${unix.path}`,
      `--allow-write=${unix.path}`,
    ],
  ],
  [
    "only its own addresses and the start file",
    { net: false, read: false, write: false, env: false, sys: false },
    undefined,
    [own, "--allow-read=/ddsrv/start.json,/ddsrv/activity"],
  ],
  [
    "listed hosts, and its own addresses",
    { net: ["a.test:443"], read: [], write: [], env: [], sys: [] },
    undefined,
    [own.replace("=", "=a.test:443,"), "--allow-read=/ddsrv/start.json,/ddsrv/activity"],
  ],
  [
    "no flags for empty lists",
    { net: [], read: [], write: [], env: [], sys: [], run: [], ffi: [] },
    tcp,
    ["--allow-net=0.0.0.0:8000", "--allow-read=/ddsrv/start.json,/ddsrv/activity"],
  ],
  [
    "listed values",
    {
      net: ["a.test:443", "b.test"],
      read: ["/a"],
      write: ["/tmp/x"],
      env: ["A", "B"],
      sys: ["hostname"],
      run: ["/bin/true"],
      ffi: ["/lib/a.so"],
    },
    tcp,
    [
      "--allow-net=a.test:443,b.test,0.0.0.0:8000",
      "--allow-read=/a,/ddsrv/start.json,/ddsrv/activity",
      "--allow-write=/tmp/x",
      "--allow-env=A,B",
      "--allow-sys=hostname",
      "--allow-run=/bin/true",
      "--allow-ffi=/lib/a.so",
    ],
  ],
];

for (const [what, some, listen, flags] of sandboxed) {
  Deno.test(`permissionFlags() returns ${what}`, () => {
    const permissions = withPermissions(defaultPermissions, some);
    assert.deepEqual(permissionFlags({ permissions, listen, paths: SANDBOX_PATHS }), flags);
  });
}

/** Paths of a process without a sandbox. */
const paths: ProcessPaths = {
  deno: "/bin/deno",
  preload: "/run/1/preload.js",
  siteServer: "/site/server.js",
  start: "/run/1/start.json",
  activity: "/run/1/activity",
  cache: "/cache",
  data: "/state/a",
  temporary: "/run/1/tmp",
};

const bare: readonly [what: string, some: SomePermissions, flags: readonly string[]][] = [
  ["allows its own files", {}, [
    "--allow-read=/f/a,/state/a,/run/1/start.json,/run/1/activity",
    "--allow-write=/run/1/tmp,/state/a",
  ]],
  ["allows no other files with all permissions", { write: true }, [
    "--allow-read=/f/a,/state/a,/run/1/start.json,/run/1/activity",
    "--allow-write=/run/1/tmp,/state/a",
  ]],
  ["reads only the start file", { read: false }, [
    "--allow-read=/run/1/start.json,/run/1/activity",
    "--allow-write=/run/1/tmp,/state/a",
  ]],
  ["writes nothing", { write: false }, [
    "--allow-read=/f/a,/state/a,/run/1/start.json,/run/1/activity",
  ]],
  ["writes one of its directories", { write: ["/ddsrv/data"] }, [
    "--allow-read=/f/a,/state/a,/run/1/start.json,/run/1/activity",
    "--allow-write=/state/a",
  ]],
];

for (const [what, some, flags] of bare) {
  Deno.test(`permissionFlags() without a sandbox ${what}`, () => {
    const permissions = withPermissions(defaultPermissions, some);
    const readable = ["/f/a", "/state/a"];
    const found = permissionFlags({ permissions, listen: tcp, paths, readable });
    assert.deepEqual(found.filter((one) => /^--allow-(read|write)/.test(one)), flags);
  });
}

const variables: readonly [permission: Permission, names: readonly string[]][] = [
  [true, ["A", "AB", "b"]],
  [false, []],
  [[], []],
  [["A", "C"], ["A"]],
  [["a", "B"], []],
];

for (const [permission, names] of variables) {
  Deno.test(`visibleVariables() with ${JSON.stringify(permission)} returns ${names.join(" ")}`, () => {
    const env = { A: "1", AB: "", b: "3" };
    const expected = Object.entries(env).filter(([name]) => names.includes(name));
    assert.deepEqual(visibleVariables(env, permission), Object.fromEntries(expected));
  });
}

const OUTSIDE: ProcessPaths = {
  deno: "/bin/deno",
  preload: "/own/1/preload.js",
  siteServer: "/site/server.js",
  start: "/own/1/start.json",
  activity: "/own/1/activity",
  cache: "/cache/f",
  data: "/data/f",
  temporary: "/own/1/tmp",
};

const outside: readonly [
  what: string,
  some: Exclude<SomePermissions, "all">,
  flags: readonly string[],
][] = [
  ["the whole file system", { read: ["/"], write: ["/etc"] }, [
    "--allow-read=/own/1/start.json,/own/1/activity",
  ]],
  ["the host's /tmp", { read: ["/tmp"], write: ["/tmp/", "/tmp/x", "/tmp/../etc"] }, [
    "--allow-read=/own/1/tmp,/own/1/start.json,/own/1/activity",
    "--allow-write=/own/1/tmp,/own/1/tmp/x",
  ]],
  ["a path with the same prefix", { read: ["/fns/f2", "/fns/f/a"], write: ["/ddsrv/data2"] }, [
    "--allow-read=/fns/f/a,/own/1/start.json,/own/1/activity",
  ]],
];

for (const [what, some, flags] of outside) {
  Deno.test(`permissionFlags() without a sandbox does not allow ${what}`, () => {
    const given = permissionFlags({
      permissions: withPermissions(defaultPermissions, {
        ...some,
        net: false,
        env: false,
        sys: false,
      }),
      listen: tcp,
      paths: OUTSIDE,
      readable: ["/fns/f", "/own/1/tmp", "/data/f"],
    });
    assert.deepEqual(given.filter((flag) => !flag.startsWith("--allow-net=")), flags);
  });
}

Deno.test("permissionFlags() refuses a path with a comma", () => {
  const readable = ["/fns/x,.."];
  assert.throws(
    () =>
      permissionFlags({ permissions: defaultPermissions, listen: tcp, paths: OUTSIDE, readable }),
    /"\/fns\/x,\.\." to Deno because it contains a comma\. Rename it/,
  );
});

Deno.test("visibleVariables() matches a * at the end like Deno", () => {
  assert.deepEqual(visibleVariables({ A_B: "1", A: "2", AB: "3" }, ["A_*"]), { A_B: "1" });
});
