export const wrap = (text: string): string => `<${text}>`;
