import { z } from "npm:zod@3.24.1";

const order = z.object({ item: z.string().min(1), count: z.number().int().positive() });

Deno.serve(async (request) => {
  const result = order.safeParse(await request.json());
  if (result.success) return Response.json(result.data, { status: 201 });
  return Response.json(result.error.flatten(), { status: 400 });
});
