import { greet } from "./lib/greet.ts";
import languages from "./lib/languages.json" with { type: "json" };

Deno.serve((req) => {
  const language = new URL(req.url).searchParams.get("language") ?? "en";
  return new Response(greet(languages[language], "world"));
});
