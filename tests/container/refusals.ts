// A container without a needed privilege reports it at the start, with the flag that adds it.
import assert from "node:assert/strict";
import { NEEDED_CAPABILITIES } from "../../lib/isolation/capabilities.ts";
import { IMAGE, leastPrivilege, runToEnd } from "./containers.ts";
import { docker } from "./daemon.ts";

for (const [, name] of NEEDED_CAPABILITIES) {
  Deno.test(`serve and doctor report that ${name} is missing`, async () => {
    const flags = leastPrivilege({ without: name });
    const [serve, doctor] = await Promise.all([runToEnd(flags), runToEnd(flags, ["doctor"])]);
    assert.equal(serve.code, 1);
    assert.equal(
      serve.text,
      `ddsrv: The isolation layer "rights" is not available: missing capabilities: ${name}. Run the container ` +
        `with --cap-add ${name}, or with --privileged`,
    );
    assert.equal(doctor.code, 1);
    assert.match(doctor.text, new RegExp(`^missing +rights .*\n +Run .* --cap-add ${name},`, "m"));
  });
}

const refusals: readonly [what: string, flags: readonly string[], message: RegExp][] = [
  [
    "a container with default privileges",
    [],
    /missing capabilities: NET_ADMIN, SYS_ADMIN\. Run the container with --cap-add NET_ADMIN --cap-add SYS_ADMIN/,
  ],
  [
    "Docker's own system call filter",
    leastPrivilege().filter((flag) => flag !== "seccomp=unconfined")
      .filter((flag, index, all) =>
        flag !== "--security-opt" || all[index + 1] !== "--security-opt"
      ),
    /layer "sandbox" is not available: .*pivot_root.*Run the container with --security-opt seccomp=unconfined/,
  ],
  [
    "a read-only file system",
    [...leastPrivilege(), "--read-only"],
    /layer "runtime" is not available: cannot write to "\/run": .*Run the container with --tmpfs \/run/,
  ],
];

for (const [what, flags, message] of refusals) {
  Deno.test(`serve refuses ${what} with a remedy`, async () => {
    const { code, text } = await runToEnd(flags);
    assert.match(text, message);
    assert.equal(code, 1);
  });
}

for (const [program, name] of [["bwrap", "bubblewrap"], ["nft", "nftables"]]) {
  Deno.test(`serve refuses an image without ${program}`, async () => {
    const image = `ddsrv-without-${program}`;
    const built = await docker(["build", "--network", "none", "--tag", image, "-"], {
      stdin: `FROM ${IMAGE}\nRUN rm "$(command -v ${program})"\n`,
    });
    assert.ok(built.success, built.text);
    const { code, text } = await runToEnd(leastPrivilege(), [], image);
    assert.equal(
      text,
      `ddsrv: Isolation needs "${program}", not found on the PATH. Install: apt-get install ${name}`,
    );
    assert.equal(code, 1);
  });
}

Deno.test("serve refuses a functions directory that does not exist", async () => {
  const { code, text } = await runToEnd(leastPrivilege(), ["serve", "/nowhere"]);
  assert.match(text, /The directory "\/nowhere" does not exist\. Create it/);
  assert.equal(code, 1);
});
