import { createSchema, createYoga } from "npm:graphql-yoga@5.10.6";

const yoga = createYoga({
  schema: createSchema({
    typeDefs: "type Query { hello(name: String): String }",
    resolvers: { Query: { hello: (_: unknown, { name }: { name?: string }) => `hello ${name}` } },
  }),
  logging: false,
});

Deno.serve({ port: 4000 }, (request) => yoga.handleRequest(request, {}));
