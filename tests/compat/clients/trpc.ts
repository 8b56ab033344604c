import { createTRPCProxyClient, httpBatchLink } from "npm:@trpc/client@10.45.2";
import { finish, show, url } from "./observe.ts";

// deno-lint-ignore no-explicit-any
const client: any = createTRPCProxyClient<any>({ links: [httpBatchLink({ url: `${url}/trpc` })] });
show("batch", await Promise.all([client.greet.query({ name: "a" }), client.greet.query({ name: "b" })]));
show("mutation", await client.add.mutate([1, 2]));
show("error", await client.greet.query({}).catch((error: Error) => error.message));
finish();
