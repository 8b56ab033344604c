import { FieldKind } from "./field_names.ts";
import { fieldMembers, type FieldTable, findField } from "./fields.ts";
import { latin1 } from "./octets.ts";

/**
 * Returns the protocols in the `Upgrade` fields of a message, such as `websocket` or `irc/6.9`, in
 * lower case, because their names ignore case (RFC 9110, section 7.8).
 */
export function readUpgradeProtocols(bytes: Uint8Array, fields: FieldTable): readonly string[] {
  const protocols: string[] = [];
  let index = findField(fields, FieldKind.Upgrade);
  while (index !== -1) {
    for (const { start, end } of fieldMembers(bytes, fields, index)) {
      protocols.push(latin1(bytes, start, end).toLowerCase());
    }
    index = findField(fields, FieldKind.Upgrade, index + 1);
  }
  return protocols;
}
