// The life of the Debian package on a machine without internet: install, use, upgrade, remove, purge.
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { findCommit } from "../../cli/commit.ts";
import { version } from "../../cli/version.ts";
import { run } from "../../lib/system/run.ts";
import { eventually } from "../patience.ts";
import { WORLD } from "../world.ts";
import { openMachine } from "./machine.ts";
import type { Packages } from "./packages.ts";

const packages: Packages = JSON.parse(Deno.env.get("DDSRV_DEBS")!);
const root = Deno.env.get("DDSRV_ROOT")!;

/** Counts its requests in its data, and shows a variable. */
const VISITS = `const path = Deno.env.get("DDSRV_DATA") + "/count";
Deno.serve(async () => {
  const count = Number(await Deno.readTextFile(path).catch(() => "0")) + 1;
  await Deno.writeTextFile(path, String(count));
  return new Response(Deno.env.get("TOKEN") + " " + count + "\\n");
});
`;

/** What systemd does at a start of the service, by its unit. */
const SERVE = `unit=/lib/systemd/system/ddsrv.service
for pair in $(sed -n 's/^Environment=//p' $unit); do export "$pair"; done
mkdir -p /var/lib/ddsrv /var/cache/ddsrv /var/log/ddsrv && chmod 700 /var/lib/ddsrv
set -a && . /etc/default/ddsrv && set +a
echo $$ >/run/serve.pid
eval "exec $(sed -n 's/^ExecStart=//p' $unit)"
`;

/** A pretend systemctl: notes its calls, and waits at a restart while there is a file. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>/run/calls
case "$*" in *restart*) if [ -e /run/block ]; then touch /run/blocked; sleep infinity; fi ;; esac
`;

/** Everything but what dpkg and apt note about their work, and what belongs to this test. */
const FILES = "find / -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/log/apt*' " +
  "-not -path /var/log/dpkg.log -not -path '/var/cache/*' -not -path '/root/*' " +
  "-not -path '/debs*' -not -path '/var/lib/apt/*' -not -path '/var/lib/systemd*' | sort";

// debootstrap leaves that of this machine, whose servers the pretend internet does not have.
await Deno.writeTextFile(join(root, "etc/resolv.conf"), `nameserver ${WORLD.resolver}\n`);
await Deno.mkdir(join(root, "debs"));
for (const path of [packages.release, packages.next, packages.last]) {
  await Deno.copyFile(path, join(root, "debs", basename(path)));
}
const deb = (path: string): string => `/debs/${basename(path)}`;

Deno.test("the Debian package", async (test) => {
  await using machine = await openMachine(root);
  const { sh, ok } = machine;
  const before = await ok(FILES);
  let serving: Deno.ChildProcess | undefined;

  // Each step needs what the ones before it have done.
  const step = async (name: string, act: () => Promise<void>): Promise<void> => {
    if (!await test.step(name, act)) throw new Error("The steps after this one are not run");
  };
  const serve = async (): Promise<void> => {
    serving = machine.start(SERVE, "/root/serve.log");
    await eventually("ddsrv serves", async () => (await sh("ddsrv status")).code === 0, {
      now: () => Deno.readTextFileSync(join(root, "root/serve.log")),
    });
  };
  const stop = async (): Promise<void> => {
    await ok("kill $(cat /run/serve.pid)");
    await serving!.status;
    serving = undefined;
  };
  const visits = async (): Promise<string> =>
    await (await fetch("http://127.0.0.1:9999/visits")).text();
  const versionNow = async (): Promise<string> => (await ok("ddsrv --version")).trim();

  await step("apt installs it without a network, quietly and completely", async () => {
    const { code, out, err } = await sh(`apt-get install --yes -q=2 ${deb(packages.release)}`);
    assert.equal(code, 0, out + err);
    assert.doesNotMatch(out + err, /ddsrv: |rror:|arning:/);
    assert.equal(await ok("dpkg --verify ddsrv"), "");
    assert.equal(await ok("dpkg-query -f '${db:Status-Abbrev}' -W ddsrv"), "ii ");
    assert.equal(await ok("stat -c '%U %a' /srv/ddsrv /etc/default/ddsrv"), "root 755\nroot 644\n");
    // Without systemd nothing starts, but the unit is enabled for the day there is one.
    assert.match(await ok("ls /etc/systemd/system/multi-user.target.wants"), /^ddsrv\.service$/m);
    assert.equal((await sh("ddsrv status")).code, 3);
  });

  await step("the command tells its version, commit and Deno", async () => {
    assert.equal(await versionNow(), version);
    const { commit, deno } = JSON.parse(await ok("cd / && ddsrv --version --json"));
    const expected = await findCommit(new URL("../../", import.meta.url));
    assert.deepEqual([commit, deno], [expected, Deno.version.deno]);
    const { code, out } = await sh("ddsrv doctor");
    assert.equal(code, 0, out);
    assert.doesNotMatch(out, /^missing /m);
  });

  await step("pages and completions are where Debian looks for them", async () => {
    await ok("zcat /usr/share/man/man1/ddsrv-serve.1.gz | grep -q FUNC_DIRECTORY");
    await ok("zcat /usr/share/man/man5/ddsrv.json.5.gz >/dev/null");
    await ok("bash -n /usr/share/bash-completion/completions/ddsrv");
    for (const shell of ["zsh/vendor-completions/_ddsrv", "fish/vendor_completions.d/ddsrv.fish"]) {
      await ok(`test -s /usr/share/${shell}`);
    }
  });

  await step("it needs no second unit, and says how to upgrade", async () => {
    const { code, err } = await sh("ddsrv install-service /srv/other");
    assert.equal(code, 1);
    assert.match(err, /already has .+ddsrv\.service.+DDSRV_FUNCTIONS.+\/etc\/default\/ddsrv/);
    assert.match((await sh("ddsrv upgrade")).err, /apt-get install \.\/ddsrv_/);
    assert.match((await sh("ddsrv uninstall-service")).err, /apt-get remove ddsrv/);
  });

  await step("the service of its unit serves a function with data and a variable", async () => {
    await ok("echo DDSRV_OPTIONS=--quiet >>/etc/default/ddsrv");
    await serve();
    await Deno.mkdir(join(root, "root/visits"));
    await Deno.writeTextFile(join(root, "root/visits/index.ts"), VISITS);
    await ok("ddsrv add /root/visits");
    await ok("echo secret | ddsrv env set visits TOKEN");
    await eventually("the variable is there", async () => /^secret \d+\n$/.test(await visits()));
    assert.match(await ok("ddsrv list"), /visits +ready .* full/);
    assert.match(await ok("ls /var/log/ddsrv"), /visits/);
    assert.equal((await sh("ls /opt/functions /opt/logs")).code, 2);
  });

  await step("an upgrade keeps the old one serving until the service restarts", async () => {
    await ok("mkdir -p /run/systemd/system");
    await Deno.writeTextFile(join(root, "usr/bin/systemctl"), SYSTEMCTL);
    await ok("chmod 755 /usr/bin/systemctl");
    const { code, out, err } = await sh(`apt-get install --yes -q=2 ${deb(packages.next)}`);
    assert.equal(code, 0, out + err);
    assert.match(await ok("cat /run/calls"), /daemon-reload[^]*restart ddsrv\.service/);
    assert.doesNotMatch(await ok("cat /run/calls"), /\bstop\b/);
    assert.equal(await versionNow(), packages.nextVersion);
    assert.equal(
      await ok("ddsrv status --json | grep '\"version\"'"),
      `  "version": "${version}",\n`,
    );
    // It uses the files of the new version, whose modules have other names.
    assert.match(await visits(), /^secret \d+\n$/);
    await ok("cp -r /root/visits /root/late && ddsrv add /root/late");
    await ok("ddsrv reload visits");
    assert.match(await (await fetch("http://127.0.0.1:9999/late")).text(), /^undefined 1\n$/);
    await ok("ddsrv remove --yes late");
  });

  await step("the new one has data, variables, history and the edited settings", async () => {
    const [, count] = (await visits()).split(" ");
    await stop();
    await serve();
    await eventually("visits is ready", async () => {
      return (await sh("ddsrv list --quiet --filter status=ready")).out === "visits\n";
    });
    assert.equal(await visits(), `secret ${Number(count) + 1}\n`);
    assert.equal(
      await ok("ddsrv status --json | grep '\"version\"'"),
      `  "version": "${packages.nextVersion}",\n`,
    );
    assert.ok(JSON.parse(await ok("ddsrv history visits --json")).length >= 2);
    assert.match(await ok("cat /etc/default/ddsrv"), /^DDSRV_OPTIONS=--quiet$/m);
  });

  await step("a damaged package changes nothing", async () => {
    await ok(`head -c 40000000 ${deb(packages.last)} >/tmp/damaged.deb`);
    assert.notEqual((await sh("dpkg --install /tmp/damaged.deb")).code, 0);
    assert.equal(await ok("dpkg-query -f '${db:Status-Abbrev}' -W ddsrv"), "ii ");
    assert.equal(await versionNow(), packages.nextVersion);
    assert.match(await visits(), /^secret /);
  });

  await step(
    "an interrupted upgrade leaves the old one serving, and can be completed",
    async () => {
      await ok("touch /run/block");
      const script = `echo $$ >/run/dpkg.pid; exec dpkg --install ${deb(packages.last)}`;
      const upgrading = machine.start(`exec setsid --wait sh -c '${script}'`, "/root/dpkg.log");
      await eventually(
        "postinst restarts",
        async () => (await sh("test -e /run/blocked")).code === 0,
      );
      await ok("kill -KILL -$(cat /run/dpkg.pid)");
      await upgrading.status;
      assert.match(await ok("dpkg-query -f '${db:Status-Abbrev}' -W ddsrv"), /^iF/);
      assert.match(await visits(), /^secret /);
      await ok("rm /run/block && dpkg --configure --pending");
      assert.equal(await ok("dpkg-query -f '${db:Status-Abbrev}' -W ddsrv"), "ii ");
      await stop();
      await serve();
      await eventually("visits answers", async () => (await visits()).startsWith("secret "));
      assert.equal(await versionNow(), packages.lastVersion);
    },
  );

  await step("a purge spares the data that another ddsrv uses", async () => {
    await ok("dpkg --remove ddsrv && cp -a /var/lib/ddsrv /root/kept");
    const { code, err } = await sh("dpkg --purge ddsrv");
    assert.equal(code, 0, err);
    assert.match(err, /Another ddsrv runs, so \/var\/lib\/ddsrv, logs and caches stay/);
    await ok("diff -r /var/lib/ddsrv/history /root/kept/history && rm -r /root/kept");
    assert.match(await visits(), /^secret /);
    await stop();
  });

  await step("a removal keeps data, settings and functions", async () => {
    await ok(`dpkg --install ${deb(packages.last)}`);
    await ok("echo '# mine' >>/etc/default/ddsrv && dpkg --remove ddsrv");
    assert.match(await ok("cat /run/calls"), /stop ddsrv\.service/);
    assert.equal((await sh("ls /usr/bin/ddsrv /usr/lib/ddsrv")).code, 2);
    assert.match(await ok("cat /etc/default/ddsrv"), /^# mine$/m);
    await ok("test -f /srv/ddsrv/visits/index.ts");
    await ok(`dpkg --install ${deb(packages.last)}`);
    await serve();
    await eventually("visits answers", async () => (await visits()).startsWith("secret "));
    await stop();
  });

  await step("a purge keeps functions, and removes everything else", async () => {
    const { code, err } = await sh("dpkg --purge ddsrv");
    assert.equal(code, 0, err);
    assert.match(err, /\/srv\/ddsrv has functions, so it stays/);
    await ok("rm -r /srv/ddsrv /usr/bin/systemctl");
    assert.equal(await ok(FILES), before);
    assert.equal(await ok("find /var/cache /var/lib/systemd /var/lib/dpkg -name '*ddsrv*'"), "");
  });

  await step("a purge after a first installation removes the empty directory", async () => {
    await ok(`rm -r /run/systemd && dpkg --install ${deb(packages.last)} && dpkg --purge ddsrv`);
    assert.equal(await ok(FILES), before);
  });

  await step("nothing of its functions is left in the kernel", async () => {
    assert.doesNotMatch(await run(["nft", "list", "tables"]), /ddsrv/);
    assert.doesNotMatch(await run(["ip", "link", "show"]), / dd[0-9a-f]{6}/);
  });
});
