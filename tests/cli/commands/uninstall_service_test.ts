import assert from "node:assert/strict";
import { uninstallService } from "../../../cli/commands/uninstall_service.ts";
import { socketText } from "../../../cli/service/socket_unit.ts";
import { unitText } from "../../../cli/service/unit.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../temporary_directory.ts";

const UNIT = unitText({ functionsDirectory: "/srv/functions", command: ["/bin/ddsrv"] });

async function withUnit(text: string): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  await directory.write("ddsrv.service", text);
  await Deno.mkdir(directory.at("multi-user.target.wants"));
  await Deno.symlink(
    directory.at("ddsrv.service"),
    directory.at("multi-user.target.wants/ddsrv.service"),
  );
  return directory;
}

async function namesIn(directory: TemporaryDirectory): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(directory.path), ({ name }) => name);
  const wants = await Array.fromAsync(
    Deno.readDir(directory.at("multi-user.target.wants")),
    ({ name }) => `wants/${name}`,
  );
  return [...names, ...wants].sort();
}

const ALL = ["ddsrv.service", "multi-user.target.wants", "wants/ddsrv.service"];

Deno.test("uninstallService() stops and disables the service before it removes the unit", async () => {
  await using directory = await withUnit(UNIT);
  const seen: string[] = [];
  const code = await uninstallService({ path: directory.at("ddsrv.service") }, {
    isBooted: true,
    async run(command) {
      seen.push(`${command.join(" ")}: ${(await namesIn(directory)).length}`);
      return true;
    },
  });
  assert.equal(code, 0);
  assert.deepEqual(seen, [
    "systemctl disable --now ddsrv.service: 3",
    "systemctl daemon-reload: 1",
  ]);
});

Deno.test("uninstallService() without systemd removes the unit and the link that enables it", async () => {
  await using directory = await withUnit(UNIT);
  const path = directory.at("ddsrv.service");
  const effects = { isBooted: false, run: () => assert.fail("it runs a command") };
  assert.equal(await uninstallService({ path }, effects), 0);
  assert.deepEqual(await namesIn(directory), ["multi-user.target.wants"]);
  await assert.rejects(uninstallService({ path }, effects), /There is no service: .* --path$/);
});

Deno.test("uninstallService() removes the socket unit that ddsrv wrote, and stops it first", async () => {
  await using directory = await withUnit(UNIT);
  await directory.write("ddsrv.socket", socketText("80"));
  const seen: string[] = [];
  const run = (command: readonly string[]): Promise<boolean> => {
    seen.push(command.join(" "));
    return Promise.resolve(true);
  };
  const path = directory.at("ddsrv.service");
  assert.equal(await uninstallService({ path }, { isBooted: true, run }), 0);
  assert.equal(seen[0], "systemctl disable --now ddsrv.socket ddsrv.service");
  assert.deepEqual(await namesIn(directory), ["multi-user.target.wants"]);
});

Deno.test("uninstallService() removes nothing that ddsrv did not write", async () => {
  await using directory = await withUnit("[Service]\nExecStart=/bin/true\n");
  const path = directory.at("ddsrv.service");
  const run = () => assert.fail("it runs a command");
  await assert.rejects(
    uninstallService({ path }, { isBooted: true, run }),
    /ddsrv did not create .*, so it stays/,
  );
  assert.deepEqual(await namesIn(directory), ALL);
});

Deno.test("uninstallService() removes nothing if the service can't be stopped", async () => {
  await using directory = await withUnit(UNIT);
  const path = directory.at("ddsrv.service");
  await assert.rejects(
    uninstallService({ path }, { isBooted: true, run: () => Promise.resolve(false) }),
    /Cannot stop and disable ddsrv\.service; .* Run it as root$/,
  );
  assert.deepEqual(await namesIn(directory), ALL);
});
