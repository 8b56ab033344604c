import { answer } from "./src/answer.ts";

if (import.meta.main) Deno.serve({ port: 8000 }, answer);
