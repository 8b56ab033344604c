export const title = "shared by the workspace";
