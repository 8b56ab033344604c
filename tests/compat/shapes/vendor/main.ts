import { greet } from "https://deno.land/x/greet@v1.0.0/mod.ts";

Deno.serve(() => new Response(greet("offline")));
