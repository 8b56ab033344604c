export const zone: string = "UTC";
