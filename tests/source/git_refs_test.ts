import { deepEqual, equal } from "node:assert/strict";
import { archiveCommand } from "../../lib/source/git_plan.ts";
import { archivedCommit, chooseRef, refPatterns } from "../../lib/source/git_refs.ts";
import { archive, pax } from "../function/tar/archive.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(40));

Deno.test("chooseRef() finds branches before tags, and the commit of an annotated tag", () => {
  const output = [
    `${A}\trefs/heads/main`,
    `${B}\trefs/tags/main`,
    `${B}\trefs/tags/v1`,
    `${C}\trefs/tags/v1^{}`,
    `${C}\tHEAD`,
    "",
  ].join("\n");
  deepEqual(chooseRef(output, "main"), { name: "refs/heads/main", commit: A });
  deepEqual(chooseRef(output, "v1"), { name: "refs/tags/v1", commit: C });
  deepEqual(chooseRef(output, "refs/tags/main"), { name: "refs/tags/main", commit: B });
  deepEqual(chooseRef(output, undefined), { name: "HEAD", commit: C });
  equal(chooseRef(output, "v2"), undefined);
  equal(chooseRef("", undefined), undefined);
  equal(chooseRef("--help\trefs/heads/main\nabc\trefs/heads/main", "main"), undefined);
});

Deno.test("refPatterns() asks for exact names", () => {
  deepEqual(refPatterns(undefined), ["HEAD"]);
  deepEqual(refPatterns("v1"), ["refs/heads/v1", "refs/tags/v1", "refs/tags/v1^{}"]);
});

Deno.test("archivedCommit() reads the header of git archive", () => {
  const header = pax({ comment: A! }, "g");
  equal(archivedCommit(archive(header)), A);
  equal(archivedCommit(archive({ name: "a", content: "x" })), undefined);
  equal(archivedCommit(archive({ ...header, type: "0" })), undefined);
  equal(archivedCommit(new Uint8Array()), undefined);
});

Deno.test("archiveCommand() allows only the URL's protocol, and has no secret in its arguments", () => {
  const { command, env } = archiveCommand({
    url: "https://git.test/f",
    credential: { secret: "secret" },
    proxy: { HTTPS_PROXY: "http://proxy.test" },
  }, { ref: "refs/heads/main", directory: "/x" });
  equal(command.some((argument) => argument.includes("secret")), false);
  const keys = Object.entries(env).filter(([name]) => name.startsWith("GIT_CONFIG_KEY_"));
  const configuration = Object.fromEntries(
    keys.map(([name, key]) => [key, env[name.replace("KEY", "VALUE")]]),
  );
  equal(Number(env.GIT_CONFIG_COUNT), keys.length);
  const expected = {
    "protocol.allow": "never",
    "protocol.https.allow": "always",
    "http.followRedirects": "false",
    "transfer.fsckObjects": "true",
    "core.hooksPath": "/dev/null",
    "http.extraHeader": `Authorization: Basic ${btoa("x-access-token:secret")}`,
  };
  deepEqual({ ...configuration, ...expected }, configuration);
  equal(env.HTTPS_PROXY, "http://proxy.test");
});
