import { answer } from "./src/answer.ts";

Deno.test("answer() names the path", async () => {
  const response = answer(new Request("http://localhost/a"));
  if (await response.text() !== "main.ts got /a") throw new Error("another answer");
});
