import { deepEqual, equal } from "node:assert/strict";
import {
  type LauncherFacts,
  type LauncherPlan,
  launcherScript,
  mainOf,
  planLauncher,
} from "../../cli/launcher.ts";

const target = { execPath: "/opt/deno", main: "/src/one/cli/main.ts" };
const other = { execPath: "/opt/deno", main: "/src/two/cli/main.ts" };
const path = "/usr/local/bin/ddsrv";
const elsewhere = "/usr/bin/ddsrv";
const facts: LauncherFacts = {
  present: undefined,
  path,
  elsewhere: undefined,
  target,
  isAlive: true,
  isWanted: false,
};

const plans: readonly [what: string, change: Partial<LauncherFacts>, plan: LauncherPlan][] = [
  ["none is there", {}, { type: "write", replaced: undefined }],
  ["it runs this checkout", { present: launcherScript(target) }, { type: "keep" }],
  [
    "it runs this checkout with another Deno",
    { present: launcherScript({ ...target, execPath: "/old/deno" }) },
    { type: "write", replaced: undefined },
  ],
  [
    "it runs another checkout",
    { present: launcherScript(other) },
    { type: "leave", main: other.main },
  ],
  [
    "it runs another checkout, and this one is wanted",
    { present: launcherScript(other), isWanted: true },
    { type: "write", replaced: other.main },
  ],
  [
    "it runs another checkout that is gone",
    { present: launcherScript(other), isAlive: false },
    { type: "write", replaced: other.main },
  ],
  ["it is not ours", { present: "#!/bin/sh\necho mine\n" }, { type: "foreign", path }],
  ["it is a link", { present: "" }, { type: "foreign", path }],
  ["another command is on the PATH", { elsewhere }, { type: "foreign", path: elsewhere }],
  [
    "another command is on the PATH, and this one is wanted",
    { elsewhere, isWanted: true },
    { type: "write", replaced: elsewhere },
  ],
  [
    "it runs this checkout, and hides another command",
    { present: launcherScript(target), elsewhere },
    { type: "keep" },
  ],
  [
    "it is not ours, and this one is wanted",
    { present: "#!/bin/sh\necho mine\n", isWanted: true },
    { type: "refuse" },
  ],
  [
    "somebody changed it",
    { present: launcherScript(other).replace("exec", "nice"), isAlive: false },
    { type: "leave", main: undefined },
  ],
];

for (const [what, change, plan] of plans) {
  Deno.test(`planLauncher: ${what}`, () => {
    deepEqual(planLauncher({ ...facts, ...change }), plan);
  });
}

Deno.test("mainOf() reads paths with quotes, spaces and line feeds", () => {
  for (const main of ["/a b/main.ts", "/it's/main.ts", "/a\nb'/main.ts", `/"$@"/main.ts`]) {
    equal(mainOf(launcherScript({ execPath: "/it's a/deno", main })), main);
  }
  equal(mainOf("#!/bin/sh\nexec '/x' run --quiet --allow-all '/main.ts' \"$@\"\n"), undefined);
});
