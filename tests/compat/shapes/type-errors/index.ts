// It runs, and does not pass the type check.
interface Item {
  name: string;
}

const items: Item[] = [{ name: "one" }, { name: "two", price: 2 }];

Deno.serve((request) => {
  const item = items.find(({ name }) => name === new URL(request.url).searchParams.get("name"));
  return Response.json(item.price ?? null);
});
