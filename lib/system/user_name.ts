const ACCOUNTS = "/etc/passwd";

/** Returns the name of a user id in passwd(5); `undefined` if there is none. */
export async function findUserName(
  uid: number,
  { read = () => Deno.readTextFile(ACCOUNTS) }: { readonly read?: () => Promise<string> } = {},
): Promise<string | undefined> {
  const text = await read().catch(() => "");
  for (const line of text.split("\n")) {
    const [name, , id] = line.split(":");
    if (name !== "" && id === String(uid)) return name;
  }
  return undefined;
}
