import { initTRPC } from "npm:@trpc/server@10.45.2";
import { fetchRequestHandler } from "npm:@trpc/server@10.45.2/adapters/fetch";
import { z } from "npm:zod@3.24.1";

const t = initTRPC.create();
const router = t.router({
  greet: t.procedure.input(z.object({ name: z.string() })).query(({ input }) => `hi ${input.name}`),
  add: t.procedure.input(z.array(z.number())).mutation(({ input }) =>
    input.reduce((a, b) => a + b, 0)
  ),
});

export type AppRouter = typeof router;

Deno.serve((req) => fetchRequestHandler({ endpoint: "/trpc", req, router, createContext: () => ({}) }));
