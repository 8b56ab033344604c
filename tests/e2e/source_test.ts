import { deepEqual, equal, match } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { archive, type Entry } from "../function/tar/archive.ts";
import { answerGit, createRepository } from "../source/pretend_git.ts";
import { answerRegistry, emptyRegistry, push, sha256 } from "../source/pretend_registry.ts";
import { pretendServer } from "../source/pretend_server.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";
import { answering, eventually, runCli, type Server, startServer } from "./support/harness.ts";

const SECRET = "a secret of webhooks";

/** Starts a replica with a source, and its admin port. */
async function startReplica(
  source: string,
  { flags = [], ...options }: Parameters<typeof startServer>[0] = {},
): Promise<Server & { readonly admin: string }> {
  const server = await startServer({
    flags: ["--source", source, "--admin-port", "0", ...flags],
    ...options,
  });
  await server.said("Probes and metrics on ");
  return { ...server, admin: /metrics on (\S+)/.exec(server.output())![1]! };
}

interface Readiness {
  readonly status: number;
  readonly digest: string | null;
  readonly text: string;
}

async function readiness(admin: string): Promise<Readiness> {
  const response = await fetch(`${admin}/readyz`);
  const digest = response.headers.get("x-ddsrv-source-digest");
  return { status: response.status, digest, text: await response.text() };
}

async function statusOf(response: Response): Promise<number> {
  await response.body?.cancel();
  return response.status;
}

async function converges(admin: string, digest: string): Promise<void> {
  let now: Readiness | undefined;
  await eventually(`${admin} serves ${digest}`, async () => {
    now = await readiness(admin);
    return now.status === 200 && now.digest === digest;
  }, { now: () => JSON.stringify(now) });
}

function versionOf(functions: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  return archive(
    ...Object.entries(functions).map(([name, text]): Entry => ({
      name: `${name}/index.ts`,
      content: answering(text),
    })),
  );
}

Deno.test("serve --source: replicas converge to an archive, and keep it whatever follows", async () => {
  const first = versionOf({ same: "same", changed: "1", gone: "gone" });
  const second = versionOf({ same: "same", changed: "2", new: "new" });
  const hostile = archive({ name: "same/x", type: "2", linkName: "/etc/shadow" });
  let [bytes, isAway] = [first, true];
  await using files = pretendServer((request) => {
    if (isAway) return new Response("", { status: 503 });
    const etag = `"${sha256(bytes)}"`;
    const isKnown = request.headers.get("if-none-match")?.includes(etag);
    return new Response(isKnown ? null : bytes, { status: isKnown ? 304 : 200, headers: { etag } });
  });
  await using place = await temporaryDirectory();
  const secretFile = await place.write("secret", SECRET);
  const digestOf = (one: Uint8Array<ArrayBuffer>): string => `sha256:${sha256(one)}`;
  const url = `${files.url}/f.tar.gz`;
  const fast = ["--source-poll", "1s"];
  await using one = await startReplica(url, { flags: fast });
  const kept = join(place.path, "two");
  await Deno.mkdir(kept);
  // Only webhooks make it ask.
  const slow = {
    flags: ["--source-poll", "never", "--source-webhook-secret-file", secretFile],
    directory: kept,
  };
  {
    await using two = await startReplica(url, slow);
    match(one.output(), /Schedules do not run here: with --source/);
    const before = await readiness(one.admin);
    deepEqual([before.status, before.digest], [503, null]);
    match(
      before.text,
      /^the source of the functions has not been read yet\nsource: no version yet/,
    );
    // Nobody knows yet whether they are functions.
    const early = [fetch(`${one.url}/changed`), fetch(`${one.url}/nobody`)];
    const reloaded = one.cli("reload", "nobody");
    isAway = false;
    deepEqual(await Promise.all(early.map((it) => it.then(statusOf))), [200, 404]);
    match((await reloaded).stderr, /There is no function "nobody"/);
    await Promise.all([one, two].map(({ admin }) => converges(admin, digestOf(first))));
    for (const { url } of [one, two]) {
      equal(await (await fetch(`${url}/changed`)).text(), "1");
      equal(await (await fetch(`${url}/gone`)).text(), "gone");
    }
    const { pid, revision } = await two.inspect("same");

    bytes = second;
    await converges(one.admin, digestOf(second));
    equal((await readiness(two.admin)).digest, digestOf(first));
    const signed = (body: string, secret: string): Promise<Response> =>
      fetch(`${two.admin}/-/source`, {
        method: "POST",
        body,
        headers: {
          "x-hub-signature-256": `sha256=${
            createHmac("sha256", secret).update(body).digest("hex")
          }`,
        },
      });
    equal(
      await signed("{}", "a guess of the secret").then((it) => it.text()),
      "The signature is wrong\n",
    );
    equal((await readiness(two.admin)).digest, digestOf(first));
    equal(await signed("{}", SECRET).then((it) => it.text()), "ok\n");
    await converges(two.admin, digestOf(second));
    match(
      (await two.cli("ls")).stdout,
      new RegExp(`\nSource http://.*f\\.tar\\.gz: ${digestOf(second)} since `),
    );
    await two.answers("/changed", "2");
    await two.answers("/new", "new");
    await eventually("gone is gone", async () => {
      const response = await fetch(`${two.url}/gone`);
      await response.body?.cancel();
      return response.status === 404;
    });
    const after = await two.inspect("same");
    deepEqual([after.pid, after.revision], [pid, revision]);
    const history = await two.cli("history", "changed", "--json");
    deepEqual(JSON.parse(history.stdout).map((it: { by: string }) => it.by).slice(0, 1), [
      "source",
    ]);

    for (
      const args of [["add", join(two.functions, "new"), "--name", "x"], ["rm", "--yes", "new"], [
        "rollback",
        "changed",
      ]]
    ) {
      const { code, stderr } = await two.cli(...args);
      equal(code, 1, args.join(" "));
      match(stderr, /The functions come from http:\/\/127/);
    }
  }

  bytes = hostile;
  await one.said("leads out of its function's folder");
  const refused = await readiness(one.admin);
  deepEqual([refused.status, refused.digest], [200, digestOf(second)]);
  match(
    refused.text,
    /^ok\nsource: sha256:\S+ since \S+, stale since \S+: The archive is not usable/,
  );
  equal(await (await fetch(`${one.url}/changed`)).text(), "2");

  isAway = true;
  await using two = await startReplica(url, slow);
  await two.said("answers with 503");
  await converges(two.admin, digestOf(second));
  match((await readiness(two.admin)).text, /stale since/);
  await two.answers("/changed", "2");
  const metrics = await (await fetch(`${two.admin}/metrics`)).text();
  match(
    metrics,
    new RegExp(`^ddsrv_source_info\\{source="${url}",digest="${digestOf(second)}"\\} 1$`, "m"),
  );
  match(metrics, /^ddsrv_source_failures_total [1-9]\d*$/m);
  match((await two.cli("status")).stdout, /^Served version: +sha256:\S+ since \S+, stale since/m);
});

Deno.test("serve --source: each replica serves the artifact that its digest names", async () => {
  const content = emptyRegistry();
  const digests = ["1", "2"].map((text) => push(content, "latest", versionOf({ hello: text })));
  await using registry = pretendServer((_request, url) =>
    answerRegistry(content, url) ?? new Response("", { status: 404 })
  );
  const name = `oci://${registry.host}/team/functions`;
  await using old = await startReplica(`${name}@sha256:${digests[0]}`);
  await using latest = await startReplica(name);
  await converges(old.admin, `sha256:${digests[0]}`);
  await converges(latest.admin, `sha256:${digests[1]}`);
  await old.answers("/hello", "1");
  await latest.answers("/hello", "2");

  // A registry that has other bytes for the digest.
  const bytes = versionOf({ hello: "evil" });
  for (const digest of content.blobs.keys()) content.blobs.set(digest, bytes);
  await using wrong = await startReplica(`${name}@sha256:${digests[1]}`);
  await wrong.said("Cannot use the source");
  const { status, text } = await readiness(wrong.admin);
  equal(status, 503);
  match(text, /The archive has the digest|more than \d+ bytes/);
});

await testWith("git", "serve --source: a repository is read in a sandbox", async () => {
  await using place = await temporaryDirectory();
  const repository = await createRepository(place.at("repository"));
  const first = await repository.commit({
    "README.md": "text",
    "functions/hello/index.ts": answering("1"),
    "functions/ddsrv.json": '{"isolation":"none"}',
    ".gitattributes": "* filter=evil\n",
  });
  await using server = pretendServer((request) =>
    answerGit(request, { directory: repository.directory, prefix: "/f" })
  );
  for (const level of ["full", "none"]) {
    await using replica = await startReplica(`git+${server.url}/f#main:functions`, {
      flags: ["--source-poll", "1s", "--isolation", level],
    });
    const present = level === "full" ? first : await repository.git("rev-parse", "HEAD");
    await converges(replica.admin, `git:${present}`);
    await replica.answers("/hello", level === "full" ? "1" : "2");
    deepEqual(
      (await Array.fromAsync(Deno.readDir(replica.functions))).map(({ name }) => name).sort(),
      [".ddsrv-source", "hello"],
    );
    if (level !== "full") continue;
    const second = await repository.commit({ "functions/hello/index.ts": answering("2") });
    await converges(replica.admin, `git:${second}`);
    await replica.answers("/hello", "2");
    const { stdout } = await replica.cli("history", "hello", "--json");
    equal(JSON.parse(stdout)[0].commit, second);
  }
});

Deno.test("serve --source: a directory with functions of somebody else is not touched", async () => {
  await using place = await temporaryDirectory();
  await place.write("functions/mine/index.ts", answering("mine"));
  const { code, stderr } = await runServe(place.at("functions"), "https://files.test/f.tar.gz");
  equal(code, 1);
  match(stderr, /contains "mine", which does not come from the source/);
  equal(await Deno.readTextFile(place.at("functions/mine/index.ts")), answering("mine"));
});

async function runServe(
  directory: string,
  source: string,
): Promise<{ readonly code: number; readonly stderr: string }> {
  return await runCli([
    "serve",
    directory,
    "--source",
    source,
    "--port",
    "0",
    "--socket",
    `${directory}.sock`,
  ]);
}

Deno.test("serve --source: the token of the environment goes to the source alone", async () => {
  const token = "a-secret-of-the-source";
  const seen: (string | null)[] = [];
  const environment = "Deno.serve(() => Response.json(JSON.stringify(Deno.env.toObject())));\n";
  const bytes = archive({ name: "show/index.ts", content: environment });
  await using elsewhere = pretendServer((request) => {
    seen.push(request.headers.get("authorization"));
    return new Response(bytes);
  });
  await using files = pretendServer((request) =>
    request.headers.get("authorization") === `Bearer ${token}`
      ? Response.redirect(`${elsewhere.url}/f.tar`)
      : new Response("", { status: 401 })
  );
  const flags = ["--source", `${files.url}/f.tar`];
  for (const level of ["full", "none"]) {
    await using replica = await startReplica(`${files.url}/f.tar`, {
      flags: ["--isolation", level],
      env: { DDSRV_SOURCE_TOKEN: token },
    });
    await converges(replica.admin, `sha256:${sha256(bytes)}`);
    const shown = await fetch(`${replica.url}/show`);
    const text = await shown.text();
    deepEqual([shown.status, text.includes("PATH"), text.includes(token)], [200, true, false]);
    equal(replica.output().includes(token), false);
    const { stdout } = await replica.cli("status", "--json");
    equal(stdout.includes(token), false);
  }
  deepEqual(new Set(seen), new Set([null]));
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    [`${token}\r\nX-Other: 1`, [], /DDSRV_SOURCE_TOKEN is not one line/],
    [token, ["--source-auth-file", "/nonexistent"], /both set\. Leave out one/],
  ];
  await using place = await temporaryDirectory();
  for (const [value, more, message] of wrong) {
    const { code, stderr } = await runCli(
      ["serve", place.path, "--port=0", "--socket", place.at("socket"), ...flags, ...more],
      { DDSRV_SOURCE_TOKEN: value },
    );
    equal(code, 1);
    match(stderr, message);
    equal(stderr.includes(token), false);
  }
});
