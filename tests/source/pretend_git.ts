import { join } from "node:path";

/** A git repository with a working tree, for tests. */
export interface Repository {
  /** Path of its `.git` directory. */
  readonly directory: string;
  /** Runs git in it and returns its output. */
  readonly git: (...args: string[]) => Promise<string>;
  /** Writes files, commits everything and returns the commit. */
  readonly commit: (files: Readonly<Record<string, string>>) => Promise<string>;
}

/** Creates a repository in an empty directory. */
export async function createRepository(path: string): Promise<Repository> {
  await Deno.mkdir(path, { recursive: true });
  const env = {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: path,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@a.test",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@a.test",
  };
  const git = async (...args: string[]): Promise<string> => {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args,
      cwd: path,
      env,
      clearEnv: true,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  };
  await git("init", "--quiet", "--initial-branch=main");
  return {
    directory: join(path, ".git"),
    git,
    async commit(files) {
      for (const [name, text] of Object.entries(files)) {
        await Deno.mkdir(join(path, name, ".."), { recursive: true });
        await Deno.writeTextFile(join(path, name), text);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--message=x");
      return await git("rev-parse", "HEAD");
    },
  };
}

/** Answers a request for a repository by git-http-backend(1), a CGI program. */
export async function answerGit(
  request: Request,
  { directory, prefix }: { readonly directory: string; readonly prefix: string },
): Promise<Response> {
  const url = new URL(request.url);
  const protocol = request.headers.get("git-protocol");
  const child = new Deno.Command("git", {
    args: ["-c", "safe.directory=*", "http-backend"],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: "/nonexistent",
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname.slice(prefix.length),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
      ...protocol === null ? {} : { GIT_PROTOCOL: protocol },
    },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await (request.body ?? new Blob([]).stream()).pipeTo(child.stdin);
  const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  await child.status;
  const end = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n");
  const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === "status") status = Number.parseInt(value);
    else if (name !== "") headers.set(name, value);
  }
  return new Response(bytes.subarray(end + 4), { status, headers });
}
