import assert from "node:assert/strict";
import { join } from "node:path";
import { openShell, type Shell, SHELLS } from "./interactive_shell.ts";

/** Typed keys, and the expected arguments. */
type Case = readonly [keys: string, args: readonly string[]];

const NAMES = ["shop", "shelf", "apple", "-rf"];

const lines: readonly Case[] = [
  ["insp\tx", ["inspect", "x"]],
  ["help insp\t", ["help", "inspect"]],
  ["completions fi\t", ["completions", "fish"]],
  ["serve --hide-e\t --isolation root\t", ["serve", "--hide-errors", "--isolation", "rootless"]],
  ["serve --access-log=comb\t", ["serve", "--access-log=combined"]],
  ["doctor --isolation roo\t --js\t", ["doctor", "--isolation", "rootless", "--json"]],
  ["init --template kv\t ./visits", ["init", "--template", "kv-counter", "./visits"]],
  ["rm sho\tshe\t", ["rm", "shop", "shelf"]],
  // Names that are already on the line are not offered again, so only the third is left.
  ["rm shop shelf \t", ["rm", "shop", "shelf", "apple"]],
  ["logs -fn 20 ap\t", ["logs", "-fn", "20", "apple"]],
  ["inspect ap\t", ["inspect", "apple"]],
  ["inspect --json sho\t", ["inspect", "--json", "shop"]],
  // A name that looks like an option is offered only after --.
  ["rm shop shelf apple -- \t", ["rm", "shop", "shelf", "apple", "--", "-rf"]],
  ["check some-d\tx", ["check", "some-directory/x"]],
  ["serve --socket some-f\tsome-d\tx", ["serve", "--socket", "some-file", "some-directory/x"]],
  // Values that can't be completed.
  ["logs --lines \t5", ["logs", "--lines", "5"]],
];

for (const shell of SHELLS) {
  Deno.test(`completions: ${shell} completes verbs, options, values, names and paths`, async () => {
    await using open = await openShell(shell, { names: NAMES });
    await Deno.mkdir(join(open.directory, "some-directory"));
    await Deno.writeTextFile(join(open.directory, "some-file"), "");
    for (const [keys, args] of lines) {
      assert.deepEqual(await open.type(`ddsrv ${keys}`), args, keys);
    }
  });
}

/** Names that do harm unless they are quoted, each with a unique prefix. */
const hostile: readonly (readonly [name: string, ...beginnings: string[]])[] = [
  ["a space", "a\\ s", "'a s", '"a s', "a"],
  ["it's", "it", "'it", '"it'],
  ['say "hi"', "sa", "'sa", '"sa'],
  ["$(touch pwned)", "\\$", "'$"],
  ["`touch pwned`", "\\`", "'`"],
  ["back\\slash", "ba", "'ba", '"ba'],
  ["call!bang", "ca", "'ca", '"ca'],
  ["colon:ed", "co", "colon:"],
  ["equal=s", "eq", "equal="],
  ["ümlaut", "ü"],
  ["~tilde", "\\~", "'~"],
  ["#hash", "\\#", "'#"],
  ["semi;touch pwned", "se", "'se", '"se'],
  ["pipe|&touch pwned", "pi", "'pi"],
  ["{x,y}", "\\{", "'{"],
  ["query?[z]*", "qu", "'qu", '"qu'],
  ["<(touch pwned)", "\\<", "'<"],
];

for (const shell of SHELLS) {
  Deno.test(`completions: ${shell} quotes any name and runs none`, async () => {
    await using open = await openShell(shell, { names: hostile.map(([name]) => name) });
    for (const [name, ...beginnings] of hostile) {
      for (const beginning of beginnings) {
        assert.deepEqual(await open.type(`ddsrv inspect ${beginning}\t`), ["inspect", name]);
      }
    }
    await assert.rejects(Deno.stat(join(open.directory, "pwned")), Deno.errors.NotFound);
  });
}

Deno.test("completions: bash quotes a dollar sign inside double quotes", async () => {
  await using open = await openShell("bash", { names: ["$(touch pwned)", "`touch pwned`"] });
  assert.deepEqual(await open.type('ddsrv inspect "$\t'), ["inspect", "$(touch pwned)"]);
  await assert.rejects(Deno.stat(join(open.directory, "pwned")), Deno.errors.NotFound);
});

const sockets: readonly (readonly [typed: string, socket: string, only?: Shell])[] = [
  ["--socket /a/b.sock", "/a/b.sock"],
  ["--socket=/a/b.sock", "/a/b.sock"],
  ["--socket '/a b/$(touch pwned)'", "/a b/$(touch pwned)"],
  ['--socket="/a b"', "/a b"],
  ["--socket /a\\ b", "/a b"],
];

for (const shell of SHELLS) {
  Deno.test(`completions: ${shell} takes names from the supervisor of --socket`, async () => {
    await using open = await openShell(shell, { names: NAMES });
    assert.deepEqual(await open.type("ddsrv rm sho\t"), ["rm", "shop"]);
    assert.equal(await open.asked(), "list --quiet");
    for (const [typed, socket] of sockets) {
      assert.equal((await open.type(`ddsrv rm ${typed} sho\t`)).at(-1), "shop", typed);
      assert.equal(await open.asked(), `list --quiet --socket=${socket}`);
    }
    assert.equal((await open.type("ddsrv rm --socket ~/x.sock sho\t")).at(-1), "shop");
    assert.equal(await open.asked(), `list --quiet --socket=${open.directory}/x.sock`);
    await assert.rejects(Deno.stat(join(open.directory, "pwned")), Deno.errors.NotFound);
  });

  Deno.test(`completions: ${shell} offers nothing and prints nothing after an error`, async () => {
    await using open = await openShell(shell, { list: "echo never seen >&2; false" });
    assert.deepEqual(await open.type("ddsrv rm sho\t"), ["rm", "sho"]);
  });
}
