import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { parseSourceReference } from "../../lib/config/source_reference.ts";
import { fetchCommit } from "../../lib/source/fetch_commit.ts";
import { openGitPlace } from "../../lib/source/git_place.ts";
import { SourceError } from "../../lib/source/source_error.ts";
import { unpack } from "../../lib/source/unpack.ts";
import type { Fetched, Version } from "../../lib/source/version.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { testWith } from "../test_with.ts";
import { answerGit, createRepository } from "./pretend_git.ts";
import { pretendServer } from "./pretend_server.ts";

const never = new AbortController().signal;

await testWith(
  "git",
  "fetchCommit() fetches a branch, a tag and a commit, and a known one no more",
  async () => {
    await using place = await temporaryDirectory();
    const repository = await createRepository(place.at("repository"));
    const first = await repository.commit({ "functions/a/index.ts": "1", "README.md": "x" });
    await repository.git("tag", "--annotate", "--message=x", "v1");
    const second = await repository.commit({ "functions/a/index.ts": "2" });
    let isClosed = false;
    await using server = pretendServer((request, url) => {
      if (isClosed) {
        return new Response("", { status: 401, headers: { "www-authenticate": "Basic" } });
      }
      if (url.pathname.startsWith("/moved/")) {
        const location = url.href.replace("/moved/", "/repository/");
        return new Response(null, { status: 301, headers: { location } });
      }
      return answerGit(request, { directory: repository.directory, prefix: "/repository" });
    });
    const ask = async (
      fragment: string,
      { known = [], path = "repository" }: {
        readonly known?: readonly Version[];
        readonly path?: string;
      } = {},
    ): Promise<Fetched> => {
      const reference = parseSourceReference(`git+${server.url}/${path}${fragment}`);
      if (reference.type !== "repository") throw new TypeError(reference.type);
      const options = { level: "none", uid: Deno.uid(), path: place.at("bare.git") } as const;
      await using git = await openGitPlace(options);
      return await fetchCommit(reference, {
        known,
        file: place.at("download"),
        authText: "secret",
        signal: never,
        place: git,
      });
    };
    const versionOf = (commit: string): Version => ({ digest: `git:${commit}` });
    deepEqual(await ask(""), { type: "found", version: versionOf(second) });
    deepEqual(await ask("#main:functions"), { type: "found", version: versionOf(second) });
    {
      await using target = await temporaryDirectory();
      using file = await Deno.open(place.at("download"));
      const options = { target: target.path, directory: ["functions"], signal: never };
      deepEqual([...(await unpack(file.readable, options)).keys()], ["a"]);
      equal(await Deno.readTextFile(target.at("a/index.ts")), "2");
    }
    deepEqual(await ask("#v1"), { type: "found", version: versionOf(first) });
    deepEqual(await ask(`#${first}`), { type: "found", version: versionOf(first) });
    deepEqual(await ask("#main", { known: [versionOf(second)] }), {
      type: "known",
      version: versionOf(second),
    });
    equal(
      server.asked.every((line) => line.endsWith(`Basic ${btoa("x-access-token:secret")}`)),
      true,
    );

    const refuses = (done: Promise<unknown>, message: RegExp): Promise<void> =>
      rejects(done, (error: unknown) => {
        equal(error instanceof SourceError, true, String(error));
        match((error as Error).message, message);
        return !String(error).includes("secret");
      });
    await refuses(ask("#none"), /no branch or tag "none"/);
    await refuses(ask(`#${"0".repeat(40)}`), /git can't read/);
    await refuses(ask("", { path: "moved" }), /git can't read/);
    isClosed = true;
    await refuses(ask(""), /Give ddsrv a token/);
  },
);
