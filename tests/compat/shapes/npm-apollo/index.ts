import { ApolloServer } from "npm:@apollo/server@4.11.3";
import { startStandaloneServer } from "npm:@apollo/server@4.11.3/standalone";

const server = new ApolloServer({
  typeDefs: "type Query { books: [String] }",
  resolvers: { Query: { books: () => ["one", "two"] } },
});
await startStandaloneServer(server, { listen: { port: 4000 } });
