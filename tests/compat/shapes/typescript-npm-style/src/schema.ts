import { z } from "zod";

const query = z.object({ limit: z.coerce.number().default(10) });

export function parse(url: URL): z.infer<typeof query> {
  return query.parse(Object.fromEntries(url.searchParams));
}
