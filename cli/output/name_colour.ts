const COLOURS = ["cyan", "magenta", "blue", "green", "yellow"] as const;

/** Returns a color for a function's name; the same name always has the same color. */
export function nameColour(name: string): typeof COLOURS[number] {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 65_521;
  return COLOURS[sum % COLOURS.length]!;
}
