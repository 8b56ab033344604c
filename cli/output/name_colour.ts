const COLOURS = ["cyan", "magenta", "blue", "green", "yellow"] as const;

/** A colour for a function's name: always the same for one name, mostly another for another. */
export function nameColour(name: string): typeof COLOURS[number] {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 65_521;
  return COLOURS[sum % COLOURS.length]!;
}
