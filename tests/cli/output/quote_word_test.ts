import assert from "node:assert/strict";
import { quoteWord } from "../../../cli/output/quote_word.ts";

Deno.test("quoteWord() is read by a shell as the same word", async () => {
  for (const word of ["./shop", "a b", "it's", "$HOME", "", "*", "a\nb", "-n", "~", "ü🦕"]) {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `printf '%s' ${quoteWord(word)}`],
    }).output();
    if (word !== "-n") assert.equal(new TextDecoder().decode(stdout), word);
  }
  assert.equal(quoteWord("./shop"), "./shop");
  assert.equal(quoteWord("it's"), "'it'\\''s'");
});
