import { quoteWord } from "../../output/quote_word.ts";

/** Where a repository deploys to. */
export interface HookOptions {
  /** Name of the function. */
  readonly name: string;
  /** Branch that is deployed. */
  readonly branch: string;
  /** Command that runs ddsrv, of plain words. */
  readonly command: string;
  /** Control socket, if it is not the default one. */
  readonly socket: string | undefined;
}

/** Marks a hook that ddsrv has written, and may write again. */
export const HOOK_MARK = "# Written by ddsrv git init";

/**
 * Returns the pre-receive hook of a repository, a shell script. It deploys what is pushed to the
 * branch before git takes it, so a push whose check or start fails is refused. Git runs it with the
 * new commits in quarantine, which git archive can read. Source: githooks(5), git-receive-pack(1).
 *
 * ddsrv reads only an archive, and never the repository, whose configuration belongs to the pusher.
 */
export function formatHook({ name, branch, command, socket }: HookOptions): string {
  const add = [
    `${command} add -`,
    ...["--name", '"$name"', "--replace", "--ignore-files", "--by", "git", "--commit", '"$new"'],
    ...socket === undefined ? [] : ["--socket", quoteWord(socket)],
  ].join(" ");
  return `#!/bin/sh
${HOOK_MARK}. To change it, run that command again.
name=${quoteWord(name)}
ref=${quoteWord(`refs/heads/${branch}`)}
while read -r _ new pushed; do
  if [ "$pushed" != "$ref" ]; then
    echo "ddsrv: $pushed is stored and not deployed; only $ref is" >&2
    continue
  fi
  case $new in
    *[!0]*) ;;
    *)
      echo "ddsrv: $ref can't be deleted while it is deployed. To remove the function: ddsrv rm" >&2
      exit 1
      ;;
  esac
  git archive --format=tar --prefix=function/ "$new" | ${add} || exit 1
done
`;
}
