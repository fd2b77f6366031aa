export { Reaper } from "./reaper.ts";
