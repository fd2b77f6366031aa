import { escape } from "../plan/markdown.ts";

/**
 * A text of somebody's as Markdown shows it, on one line: nothing in it is a heading, a list, code, a table's cell or HTML, and
 * nobody is called by the name behind an @.
 */
export const plain = (text: string): string =>
  escape(text.trim().replaceAll(/\s+/g, " "))
    .replace(/^(\d{1,9})([.)])/, "$1\\$2")
    .replace(/^[-+=>]/, "\\$&")
    .replaceAll("@", "@<!-- -->");
