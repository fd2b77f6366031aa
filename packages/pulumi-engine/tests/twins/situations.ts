import type { Situation, Step } from "./situation.ts";
import type { Wanted, World } from "./world.ts";

const things = (...all: Wanted[]): World => ({ things: all });
const up = (world: World, more: Partial<Step> = {}): Step => ({ do: "up", world, ...more });
const preview = (world: World, more: Partial<Step> = {}): Step => ({ do: "preview", world, ...more });
const destroy: Step = { do: "destroy" };

/** A thing and one that needs it. */
const pair = (value: string, more: Record<string, unknown> = {}): World =>
  things({ name: "first", inputs: { value, ...more } }, { name: "second", inputs: { of: "$first" } });

/** What engines are asked to do: every option that the product's program uses, and what goes wrong with them. */
export const situations: readonly Situation[] = [
  {
    name: "a stack is previewed, made, found unchanged, changed, and destroyed",
    steps: [
      preview(pair("one")),
      up(pair("one")),
      up(pair("one")),
      preview(pair("two")),
      up(pair("two")),
      destroy,
    ],
  },
  {
    name: "no changes were expected",
    steps: [
      up(pair("one")),
      up(pair("one"), { flags: ["expect-no-changes"] }),
      preview(pair("two"), { flags: ["expect-no-changes"] }),
      up(pair("two"), { flags: ["expect-no-changes"] }),
    ],
  },
  {
    name: "a fixed property is changed: the new thing is made first, and what needs it follows",
    steps: [
      up(pair("one", { fixed: "a" })),
      preview(pair("one", { fixed: "b" })),
      up(pair("one", { fixed: "b" })),
      destroy,
    ],
  },
  {
    name: "a fixed property is changed where the provider wants the old thing gone first",
    steps: [
      up(pair("one", { fixed: "a", first: "delete" })),
      up(pair("one", { fixed: "b", first: "delete" })),
    ],
  },
  {
    name: "the program wants the old thing gone first, and what needs it by a fixed property goes with it",
    steps: ["a", "b"].map((fixed) =>
      up(
        things(
          { name: "first", inputs: { fixed }, deleteBeforeReplace: true },
          { name: "second", inputs: { fixedOf: "$first" } },
          { name: "third", inputs: { of: "$first" } },
        ),
      ),
    ),
  },
  {
    name: "the program no longer wants some things",
    steps: [
      up(things({ name: "a" }, { name: "b", after: ["a"] }, { name: "c", inputs: { of: "$b" } })),
      preview(things({ name: "a" })),
      up(things({ name: "a" })),
    ],
  },
  {
    name: "an input is refused before anything is made",
    steps: [
      preview(things({ name: "good" }, { name: "bad", inputs: { act: "bad" }, after: ["good"] })),
      up(things({ name: "bad", inputs: { act: "bad" } }, { name: "good", after: ["bad"] })),
    ],
  },
  {
    name: "a creation is refused, and the next up makes the rest",
    steps: [
      up(
        things(
          { name: "a" },
          { name: "b", inputs: { act: "refuse" }, after: ["a"] },
          { name: "c", after: ["b"] },
        ),
      ),
      up(things({ name: "a" }, { name: "b", after: ["a"] }, { name: "c", after: ["b"] })),
    ],
  },
  {
    name: "a change gets half-way, and the next up goes on with it although nothing differs",
    steps: [
      up(things({ name: "a", inputs: { value: "1" } })),
      up(things({ name: "a", inputs: { value: "2", act: "half" } })),
      preview(things({ name: "a", inputs: { value: "1" } })),
      up(things({ name: "a", inputs: { value: "1" } })),
    ],
  },
  {
    name: "a creation gets half-way",
    steps: [
      up(things({ name: "a", inputs: { act: "half" } }, { name: "b", after: ["a"] })),
      up(things({ name: "a" }, { name: "b", after: ["a"] })),
    ],
  },
  {
    name: "a change is refused",
    steps: [
      up(things({ name: "a", inputs: { value: "1" } })),
      up(things({ name: "a", inputs: { value: "2", act: "refuse" } })),
      up(things({ name: "a", inputs: { value: "2" } })),
    ],
  },
  {
    name: "a deletion is refused",
    steps: [up(things({ name: "a", inputs: { act: "stay" } })), up(things()), destroy],
  },
  {
    name: "the program refuses in words, and throws",
    steps: [
      up(things({ name: "a" })),
      preview({ ...things({ name: "a" }), refuses: "not on a Friday" }),
      up({ ...things({ name: "a" }), refuses: "not on a Friday" }),
      up({ ...things({ name: "a" }), throws: "a bug" }),
    ],
  },
  {
    name: "the program warns, and asks the plugin, which answers or refuses",
    steps: [
      up({ ...things({ name: "a" }), warns: "old", asks: "what?" }),
      preview({ ...things({ name: "a" }), asks: "what?" }),
      up({ ...things({ name: "a" }), asks: "bad" }),
    ],
  },
  {
    name: "secrets stay secret, also in what is made of them",
    steps: [
      up(things({ name: "a", inputs: { token: "secret:hush" } }, { name: "b", inputs: { of: "$a" } })),
      up(
        things(
          { name: "a", inputs: { token: "secret:hush" }, additionalSecretOutputs: ["arn"] },
          { name: "b", inputs: { of: "$a" } },
        ),
      ),
      { do: "refresh" },
      up(things({ name: "a", inputs: { token: "secret:other" } }, { name: "b", inputs: { of: "$a" } })),
    ],
  },
  {
    name: "a protected thing is not deleted, nor replaced",
    steps: [
      up(things({ name: "a", inputs: { fixed: "1" }, protect: true })),
      preview(things()),
      up(things()),
      preview(things({ name: "a", inputs: { fixed: "2" }, protect: true })),
      up(things({ name: "a", inputs: { fixed: "2" }, protect: true })),
      destroy,
      up(things({ name: "a", inputs: { fixed: "2" } })),
      destroy,
    ],
  },
  {
    name: "a retained thing leaves the stack and stays in the cloud",
    steps: [up(things({ name: "a", retainOnDelete: true })), up(things())],
  },
  {
    name: "ignored changes are left alone, and what is to be replaced on a change is",
    steps: [
      up(things({ name: "a", inputs: { value: "1", count: 1 } })),
      up(things({ name: "a", inputs: { value: "2", count: 2 }, ignoreChanges: ["value"] })),
      up(things({ name: "a", inputs: { value: "2", count: 3 }, replaceOnChanges: ["count"] })),
    ],
  },
  {
    name: "a thing gets another name, and says the old one",
    steps: [
      up(things({ name: "old" }, { name: "user", inputs: { of: "$old" } })),
      preview(things({ name: "new", aliases: [{ name: "old" }] }, { name: "user", inputs: { of: "$new" } })),
      up(things({ name: "new", aliases: [{ name: "old" }] }, { name: "user", inputs: { of: "$new" } })),
    ],
  },
  {
    name: "things in a component are made, and go with it",
    steps: [
      up(
        things(
          { name: "group", component: true },
          { name: "inner", parent: "group" },
          { name: "user", after: ["group"] },
        ),
      ),
      up(things()),
    ],
  },
  {
    name: "timeouts of the program reach the plugin",
    steps: [
      up(things({ name: "a", customTimeouts: { create: "2m", update: "90s", delete: "1h" } })),
      up(
        things({
          name: "a",
          inputs: { value: "2" },
          customTimeouts: { create: "2m", update: "90s", delete: "1h" },
        }),
      ),
      destroy,
    ],
  },
  {
    name: "somebody changed a thing by hand: seen by a refresh, which a preview of one does not write",
    steps: [
      up(pair("one")),
      {
        do: "refresh",
        flags: ["preview-only"],
        byHand: { first: { value: "hand", size: 1, arn: "arn:first" } },
      },
      preview(pair("one")),
      { do: "refresh", flags: ["expect-no-changes"] },
      preview(pair("one")),
      up(pair("one")),
    ],
  },
  {
    name: "somebody deleted a thing by hand",
    steps: [
      up(pair("one")),
      { do: "refresh", byHand: { first: null } },
      preview(pair("one")),
      up(pair("one")),
    ],
  },
  {
    name: "everything is deleted by hand, and the stack destroyed",
    steps: [up(pair("one")), { do: "destroy", byHand: { first: null, second: null } }],
  },
  {
    name: "one thing is the target, and another is changed and a third no longer wanted",
    steps: [
      up(things({ name: "a", inputs: { value: "1" } }, { name: "b", inputs: { value: "1" } }, { name: "c" })),
      preview(things({ name: "a", inputs: { value: "2" } }, { name: "b", inputs: { value: "2" } }), {
        target: "a",
      }),
      up(things({ name: "a", inputs: { value: "2" } }, { name: "b", inputs: { value: "2" } }), {
        target: "a",
      }),
      up(things({ name: "a", inputs: { value: "2" } }, { name: "b", inputs: { value: "2" } })),
    ],
  },
  {
    name: "a text of the config looks like a date",
    steps: [up(things({ name: "a", inputs: { value: "2026-03-01T09:00:00Z" } }))],
  },
  {
    name: "somebody is interrupted in a change, and the next up goes on",
    steps: [
      up(things({ name: "a", inputs: { value: "1" } })),
      up(things({ name: "a", inputs: { value: "2", act: "wait" } }, { name: "b", after: ["a"] }), {
        meanwhile: "interrupt",
      }),
      up(things({ name: "a", inputs: { value: "2" } }, { name: "b", after: ["a"] })),
    ],
  },
  {
    name: "two interrupts in a change that does not end, and the next up goes on",
    steps: [
      up(things({ name: "a", inputs: { value: "1" } })),
      up(things({ name: "a", inputs: { value: "2", act: "stick" } }), { meanwhile: "two interrupts" }),
      up(things({ name: "a", inputs: { value: "2" } })),
    ],
  },
  {
    name: "the engine is killed in a change: its plugin ends by its stdin, its lock is no obstacle, and the next up goes on",
    steps: [
      up(things({ name: "a", inputs: { value: "1" } })),
      up(things({ name: "a", inputs: { value: "2", act: "stick" } }), { meanwhile: "kill" }),
      up(things({ name: "a", inputs: { value: "2" } })),
    ],
  },
];
