import assert from "node:assert/strict";
import { socketText } from "../../cli/service/socket_unit.ts";
import { bundledPackages, findUnnamed } from "../../packaging/deb/bundled_packages.ts";
import { changelogText } from "../../packaging/deb/changelog.ts";
import { controlText, dependencies } from "../../packaging/deb/control.ts";
import { architectureOf, debianVersion } from "../../packaging/deb/debian_version.ts";
import { findEpoch } from "../../packaging/deb/find_epoch.ts";
import { planLayout } from "../../packaging/deb/layout.ts";
import { maintainerOf } from "../../packaging/deb/maintainer.ts";
import { requiredGlibc } from "../../packaging/deb/required_glibc.ts";
import { packagedUnit } from "../../packaging/deb/unit.ts";
import { DENO_VERSION } from "../../packaging/package_json.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const read = (path: string): string =>
  Deno.readTextFileSync(new URL(`../../packaging/${path}`, import.meta.url));

const versions: readonly (readonly [version: string, debian: string])[] = [
  ["0.1.0", "0.1.0-1"],
  ["1.2.0-rc.1", "1.2.0~rc.1-1"],
  ["1.2.0-rc-1", "1.2.0~rc.1-1"],
  ["2.0.0-a-b+c-d", "2.0.0~a.b+c.d-1"],
];

for (const [version, debian] of versions) {
  Deno.test(`debianVersion() of ${version}`, () => assert.equal(debianVersion(version), debian));
}

Deno.test("debianVersion() sorts as semantic versions do", async () => {
  const sorted = ["1.2.0-rc.1", "1.2.0-rc.2", "1.2.0", "1.2.1-alpha", "1.2.1", "1.10.0"];
  for (const [index, version] of sorted.slice(1).entries()) {
    const pair = [sorted[index]!, version].map(debianVersion);
    const { success } = await new Deno.Command("dpkg", {
      args: ["--compare-versions", pair[0]!, "lt", pair[1]!],
    }).output();
    assert.ok(success, pair.join(" < "));
  }
});

Deno.test("architectureOf() knows the machines that Deno has packages for", () => {
  assert.deepEqual(["x86_64", "aarch64", "riscv64"].map(architectureOf), [
    "amd64",
    "arm64",
    undefined,
  ]);
});

Deno.test("dependencies() names all programs that are not essential, and the C library", () => {
  assert.deepEqual(dependencies("2.27"), [
    "bubblewrap",
    "e2fsprogs",
    "iproute2",
    "libc6 (>= 2.27)",
    "libgcc-s1",
    "mount",
    "nftables",
  ]);
});

Deno.test("controlText() has each field on one line, and folds the description", () => {
  const text = controlText({
    version: "1.0.0-1",
    architecture: "arm64",
    sizeKib: 7,
    glibc: "2.27",
    maintainer: "Ann <ann@example.net>",
  });
  assert.match(text, /^Package: ddsrv\nVersion: 1\.0\.0-1\nArchitecture: arm64\n/);
  assert.match(text, /^Installed-Size: 7$/m);
  for (const line of text.trimEnd().split("\n")) assert.match(line, /^(?:[A-Z][\w-]*: | \S)/);
});

Deno.test("changelogText() says the time of the release in UTC", () => {
  const text = changelogText({ version: "1.0.0-1", maintainer: "Ann <ann@example.net>", epoch: 0 });
  assert.match(text, /^ddsrv \(1\.0\.0-1\) unstable; urgency=medium\n/);
  assert.match(text, /\n -- Ann <ann@example\.net> {2}Thu, 01 Jan 1970 00:00:00 \+0000\n$/);
});

Deno.test("maintainerOf() takes the variables of Debian's tools", () => {
  assert.equal(
    maintainerOf({ DEBFULLNAME: "Ann", DEBEMAIL: "ann@example.net" }),
    "Ann <ann@example.net>",
  );
  assert.match(maintainerOf({ DEBFULLNAME: "", DEBEMAIL: "" }), /^.+ <.+@.+>$/);
  assert.throws(() => maintainerOf({ DEBFULLNAME: "Ann\nPre-Depends: evil" }), /DEBFULLNAME/);
  assert.throws(() => maintainerOf({ DEBEMAIL: "ann" }), /DEBEMAIL/);
});

Deno.test("findEpoch() takes SOURCE_DATE_EPOCH, and refuses what is no time", async () => {
  await using directory = await temporaryDirectory();
  const of = (text: string): Promise<number> =>
    findEpoch(directory.path, { SOURCE_DATE_EPOCH: text });
  assert.equal(await of("1700000000"), 1_700_000_000);
  for (const text of ["yesterday", "-1", "1e9", "1.5"]) await assert.rejects(of(text), RangeError);
  await assert.rejects(of(""), /no commit\. Set SOURCE_DATE_EPOCH/);
});

Deno.test("requiredGlibc() finds the highest version by number", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.equal(requiredGlibc(bytes("\0GLIBC_2.2.5\0GLIBC_2.27\0GLIBC_2.9\0GCC_3.0\0")), "2.27");
  assert.throws(() => requiredGlibc(bytes("GLIBC_2.27 is not the end of a name")), RangeError);
});

Deno.test("planLayout() puts files where Debian looks for them, and leaves out npm's own", () => {
  const files = ["bin/ddsrv", "bin/prepare.cjs", "package.json", "README.md", "build.json"]
    .concat("lib/main.js", "lib/page/style.css", "examples/_templates/hello/index.ts")
    .concat("man/ddsrv.1", "man/ddsrv.json.5", "completions/_ddsrv", "completions/ddsrv.bash");
  const to = planLayout(files, ["ddsrv.socket"]).map((file) => file.to);
  assert.deepEqual(to.filter((path) => !/^\/(?:etc|usr\/share\/(?:doc|lintian))\//.test(path)), [
    "/usr/lib/ddsrv/bin/ddsrv",
    "/usr/lib/ddsrv/build.json",
    "/usr/lib/ddsrv/lib/main.js",
    "/usr/lib/ddsrv/lib/page/style.css",
    "/usr/lib/ddsrv/examples/_templates/hello/index.ts",
    "/usr/share/man/man1/ddsrv.1.gz",
    "/usr/share/man/man5/ddsrv.json.5.gz",
    "/usr/share/zsh/vendor-completions/_ddsrv",
    "/usr/share/bash-completion/completions/ddsrv",
    "/lib/systemd/system/ddsrv.socket",
  ]);
});

Deno.test("findUnnamed() names the packages of a bundle whose licence is not said", () => {
  const module = "// node_modules/.deno/zod@4.6.7/node_modules/zod/v4/core.js\n" +
    "// node_modules/.deno/@hono+x@1.0.0/node_modules/@hono/x/a.js\n// cli/main.ts\n";
  assert.deepEqual(bundledPackages(module), ["zod", "@hono/x"]);
  assert.deepEqual(findUnnamed([module, module], "parts of zod, hono (Ann)."), ["@hono/x"]);
  assert.deepEqual(findUnnamed([module], "parts of @hono/x, zod."), []);
});

Deno.test("the locked Deno of the package is that of the tests, with checksums", () => {
  const lock = JSON.parse(read("deno/package-lock.json")).packages;
  const wanted = JSON.parse(read("deno/package.json")).optionalDependencies;
  assert.deepEqual(Object.keys(wanted), ["@deno/linux-arm64-glibc", "@deno/linux-x64-glibc"]);
  for (const [name, version] of Object.entries(wanted)) {
    const { version: locked, integrity } = lock[`node_modules/${name}`];
    assert.deepEqual([version, locked], [DENO_VERSION, DENO_VERSION]);
    assert.match(integrity, /^sha512-/);
  }
});

Deno.test("the unit has the defaults of /etc/default/ddsrv, and none of the original's variables", () => {
  const unit = packagedUnit();
  for (const line of ["DDSRV_FUNCTIONS=/srv/ddsrv", "DDSRV_LOGS=/var/log/ddsrv"]) {
    assert.match(read("deb/default"), new RegExp(`^${line}$`, "m"));
    assert.match(unit, new RegExp(`^Environment=(?:.* )?${line}(?: |$)`, "m"));
  }
  assert.doesNotMatch(unit, /^Environment=.*(?:FUNC|LOGS)_DIRECTORY/m);
});

Deno.test("the socket of the package is the one of install-service, on ddsrv's own port", () => {
  const directives = (text: string): string[] => text.split("\n").slice(1);
  assert.deepEqual(directives(read("systemd/ddsrv.socket")), directives(socketText("9999")));
  const layout = planLayout([], ["ddsrv.socket"]).map(({ to }) => to);
  assert.ok(layout.includes("/lib/systemd/system/ddsrv.socket"));
});

Deno.test("the unit passes systemd-analyze verify", async () => {
  await using directory = await temporaryDirectory();
  // The package is not installed here.
  const text = packagedUnit().replace("/usr/bin/ddsrv", Deno.execPath());
  const path = await directory.write("ddsrv.service", text);
  const { code, stderr } = await new Deno.Command("systemd-analyze", { args: ["verify", path] })
    .output();
  const said = new TextDecoder().decode(stderr).split("\n").filter((line) =>
    line.includes("ddsrv")
  );
  assert.deepEqual([code, said], [0, []]);
});

Deno.test("shellcheck accepts the scripts of the package", async () => {
  for (const name of ["postinst", "prerm", "postrm"]) {
    const path = new URL(`../../packaging/deb/${name}`, import.meta.url).pathname;
    const { code, stdout } = await new Deno.Command("shellcheck", { args: [path] }).output();
    assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, ""], name);
  }
});
