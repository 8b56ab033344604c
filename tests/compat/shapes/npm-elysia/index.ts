import { Elysia, t } from "npm:elysia@1.2.10";

const app = new Elysia({ aot: false })
  .get("/", () => "elysia")
  .post("/double", ({ body }) => body.number * 2, { body: t.Object({ number: t.Number() }) });

Deno.serve((request) => app.handle(request));
