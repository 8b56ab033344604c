import assert from "node:assert/strict";

const SCRIPT = new URL("../../../completions/ddsrv.bash", import.meta.url).pathname;

/** Returns the completions of bash's function for a line whose last word is incomplete. */
async function offer(...words: string[]): Promise<string[]> {
  const script = `set -u
    ddsrv() { :; }
    command() { printf '%s\\n' shop shelf; }
    source ${SCRIPT}
    COMP_WORDS=(ddsrv "$@") COMP_CWORD=$#
    _ddsrv ddsrv "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--norc", "-c", script, "bash", ...words],
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert.deepEqual([code, decode(stderr)], [0, ""]);
  return decode(stdout).split("\n").slice(0, -1).filter((line) => line !== "");
}

Deno.test("bashCompletion() passes shellcheck", async () => {
  const { stdout } = await new Deno.Command("shellcheck", { args: [SCRIPT] }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});

const cases: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["li"], ["list"]],
  [["l"], ["list", "ls", "logs"]],
  [["ls", "--so"], ["--socket"]],
  [["rm", ""], ["shop", "shelf"]],
  [["rm", "shop", ""], ["shelf"]],
  [["inspect", "shop", ""], []],
  [["inspect", "--socket", ""], []],
  [["inspect", "--socket", "x", "sho"], ["shop"]],
  [["doctor", "--isolation", ""], ["full", "rootless", "none"]],
  [["doctor", "--isolation=f"], ["--isolation=full"]],
  [["doctor", "--json=f"], []],
  [["env", ""], ["set", "list", "unset", "import"]],
  [["env", "set", "sh"], ["shop", "shelf"]],
  [["unheard-of", ""], []],
  [["unheard-of", "--"], []],
  [["rm", "--", "--"], []],
  [["*", "["], []],
];

for (const [words, offered] of cases) {
  Deno.test(`bashCompletion() completes "${words.join(" ")}" under set -u`, async () => {
    assert.deepEqual(await offer(...words), offered);
  });
}
