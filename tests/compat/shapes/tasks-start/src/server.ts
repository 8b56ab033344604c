import { say } from "~/words.ts";

Deno.serve({ port: 8000 }, () => new Response(say("the start task")));
