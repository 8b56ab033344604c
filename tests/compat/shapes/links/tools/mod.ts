export const tool = "linked tool";
