import assert from "node:assert/strict";
import {
  dataPlace,
  type HostSystem,
  hostVariables,
  modulePlace,
} from "../../lib/system/host_places.ts";

type Variables = Readonly<Record<string, string>>;

const WINDOWS = { LOCALAPPDATA: "C:\\Users\\Ann\\AppData\\Local" };

const places: readonly [os: HostSystem, env: Variables, data: string, modules: string][] = [
  ["linux", { HOME: "/home/ann" }, "/home/ann/.local/share/ddsrv/dev", "/home/ann/.cache/deno"],
  ["linux", { HOME: "/h", XDG_DATA_HOME: "/d", XDG_CACHE_HOME: "/c" }, "/d/ddsrv/dev", "/c/deno"],
  ["linux", { HOME: "/h", XDG_DATA_HOME: "d", DENO_DIR: "/x" }, "/h/.local/share/ddsrv/dev", "/x"],
  [
    "darwin",
    { HOME: "/Users/ann" },
    "/Users/ann/Library/Application Support/ddsrv/dev",
    "/Users/ann/Library/Caches/deno",
  ],
  [
    "windows",
    WINDOWS,
    "C:\\Users\\Ann\\AppData\\Local\\ddsrv\\dev",
    "C:\\Users\\Ann\\AppData\\Local\\deno",
  ],
  [
    "windows",
    { USERPROFILE: "D:\\Ann" },
    "D:\\Ann\\AppData\\Local\\ddsrv\\dev",
    "D:\\Ann\\AppData\\Local\\deno",
  ],
];

for (const [os, env, data, modules] of places) {
  Deno.test(`places on ${os} with ${Object.keys(env).join(" and ")}`, () => {
    assert.equal(dataPlace(os, env), data);
    assert.equal(modulePlace(os, env), modules);
  });
}

Deno.test("hostVariables() passes nothing but what programs need", () => {
  const env = { PATH: "/bin", Path: "C:\\", SystemRoot: "C:\\Windows", AWS_SECRET_KEY: "s" };
  assert.deepEqual(hostVariables("linux", env), { PATH: "/bin" });
  const { AWS_SECRET_KEY: _, ...windows } = env;
  assert.deepEqual(hostVariables("windows", env), windows);
});
