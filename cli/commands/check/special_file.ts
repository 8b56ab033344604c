/**
 * Returns the path of a pipe, a socket or a device in a folder, if it has one. A server refuses such
 * a folder; other systems than Linux only check, so they look at no tree.
 */
export async function findSpecialFile(
  directory: string,
  { os = Deno.build.os }: { readonly os?: typeof Deno.build.os } = {},
): Promise<string | undefined> {
  if (os !== "linux") return undefined;
  const { stampTree } = await import("../../../lib/function/tree_activity.ts");
  return (await stampTree(directory)).special;
}
