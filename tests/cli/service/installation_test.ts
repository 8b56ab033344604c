import assert from "node:assert/strict";
import {
  findInstallation,
  type Installation,
  planUpgrade,
} from "../../../cli/service/installation.ts";
import { restartHint, unitOf } from "../../../cli/service/restart_hint.ts";

const places: readonly (readonly [main: string, isContainer: boolean, Installation])[] = [
  ["file:///root/.npm/_npx/0a1b/node_modules/ddsrv/lib/main.js", false, { type: "npx" }],
  ["file:///usr/lib/node_modules/ddsrv/lib/main.js", true, {
    type: "package",
    directory: "/usr/lib/node_modules/ddsrv",
  }],
  ["file:///usr/lib/ddsrv/lib/main.js", false, { type: "debian" }],
  ["file:///home/a%20b/ddsrv/cli/main.ts", false, {
    type: "checkout",
    directory: "/home/a b/ddsrv",
  }],
  ["file:///repository/cli/main.ts", true, { type: "checkout", directory: "/repository" }],
  ["file:///opt/ddsrv/cli/main.ts", true, { type: "container" }],
];

for (const [main, isContainer, installation] of places) {
  Deno.test(`findInstallation() of ${main}${isContainer ? " in a container" : ""}`, () => {
    const exists = (path: string): boolean => path === "/repository/.git";
    assert.deepEqual(findInstallation({ main, isContainer, exists }), installation);
  });
}

const plans: readonly {
  readonly what: string;
  readonly installation: Installation;
  readonly isGlobal?: boolean;
  readonly command?: string;
  readonly says: string;
}[] = [
  {
    what: "a global package",
    installation: { type: "package", directory: "/usr/lib/node_modules/ddsrv" },
    isGlobal: true,
    command: "npm install --global ddsrv@latest",
    says: "$ npm install --global ddsrv@latest",
  },
  {
    what: "a package of a project",
    installation: { type: "package", directory: "/home/ann/shop/node_modules/ddsrv" },
    says: "$ npm install ddsrv@latest",
  },
  {
    what: "a package of another npm",
    installation: { type: "package", directory: "/home/ann/.nvm/v24/lib/node_modules/ddsrv" },
    says: "$ npm install --global --prefix /home/ann/.nvm/v24 ddsrv@latest",
  },
  {
    what: "Debian's package",
    installation: { type: "debian" },
    says: "$ apt-get install ./ddsrv_",
  },
  { what: "npx", installation: { type: "npx" }, says: "$ npx ddsrv@latest --version" },
  { what: "a container", installation: { type: "container" }, says: "Pull or build a newer image" },
  {
    what: "a checkout",
    installation: { type: "checkout", directory: "/src/ddsrv" },
    says: "$ git pull",
  },
];

for (const { what, installation, isGlobal = false, command, says } of plans) {
  Deno.test(`planUpgrade() of ${what}`, () => {
    const plan = planUpgrade(installation, { name: "ddsrv", isGlobal });
    assert.equal(plan.command?.join(" "), command);
    assert.ok(plan.steps.join("\n").includes(says), plan.steps.join("\n"));
  });
}

const groups: readonly (readonly [cgroup: string, unit: string | undefined])[] = [
  ["0::/system.slice/ddsrv.service\n", "ddsrv.service"],
  ["0::/system.slice/ddsrv.service/ddsrv-a1b2c3\n", "ddsrv.service"],
  ["4:memory:/system.slice/my-ddsrv.service\n0::/\n", "my-ddsrv.service"],
  ["0::/user.slice/user-0.slice/session-1.scope\n", undefined],
  ["", undefined],
];

for (const [cgroup, unit] of groups) {
  Deno.test(`unitOf() of ${JSON.stringify(cgroup)}`, () => assert.equal(unitOf(cgroup), unit));
}

Deno.test("restartHint() names the unit, or the process", () => {
  const running = { pid: 812, version: "0.1.0", unit: undefined };
  assert.match(
    restartHint(running),
    /version 0\.1\.0\. .*: ddsrv restart\. .*: stop it \(kill 812\), and start it again$/,
  );
  assert.match(
    restartHint({ ...running, unit: "ddsrv.service" }),
    /systemctl restart ddsrv\.service$/,
  );
});
