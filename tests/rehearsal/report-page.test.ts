import assert from "node:assert/strict";
import { test } from "node:test";
import { renderPage } from "../../rehearsal/report/page.ts";
import { type Opened, noBrowser, openPage } from "./browser.ts";
import { rollbackResult } from "./played.ts";

const kept = rollbackResult("bad-release", true);
const broken = rollbackResult("rollback", false);
const replay = (scenario: string) =>
  `npm run rehearse -- --scenario ${scenario} --seed 7 --config 'my <own>.yaml'`;
const page = renderPage({ seed: 7, results: [kept, broken], replay });

/** The part of a page that tells of one scenario. */
const partOf = (html: string, name: string) =>
  html.split('<section class="scenario"').find((part) => part.startsWith(` id="scenario-${name}"`)) ??
  assert.fail(name);

test("a scenario that is broken says BROKEN with all that was seen and the line to play it again; one that was kept does not", () => {
  assert.match(page, /<h1>1 of 2 promises kept<\/h1>/);
  assert.match(partOf(page, "rollback"), /<h2 [^>]*>rollback <span class="badge broken">BROKEN<\/span>/);
  assert.match(partOf(page, "rollback"), /3 of 9 lost; first: &lt;script&gt;.*(and so on ){40}to its end/);
  assert.ok(
    partOf(page, "rollback").includes("--scenario rollback --seed 7 --config &#39;my &lt;own&gt;.yaml&#39;"),
  );
  assert.ok(!partOf(page, "bad-release").includes("BROKEN"));
  const starved = renderPage({ seed: 7, results: [{ ...broken, inconclusive: "starved" }], replay });
  assert.ok(starved.includes(">cannot tell<") && !starved.includes("BROKEN"));
});

test("each step has its last verdict, each check its last look, and each mark leads to a record that is there", () => {
  const part = partOf(page, "bad-release");
  assert.match(part, /class="step pass[^"]*"[^>]*>25 %/);
  assert.match(part, /class="step fail[^"]*"[^>]*>50 %/);
  const [check] = /<section class="check"[^]*?<\/section>/.exec(part) ?? [];
  assert.match(
    check ?? "",
    /green at 25 %<\/th><td><span class="verdict pass">.*304 of 299<\/td><td>3<\/td>/,
  );
  assert.ok(!check?.includes("inconclusive"));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.ok(links.length > 20);
  assert.deepEqual(
    links.filter((id) => !ids.includes(id)),
    [],
  );
  assert.equal(new Set(ids).size, ids.length);
});

test("a step that something ended before its verdict has none, and lasts until then", () => {
  const { course } = kept;
  assert.ok(course);
  const happenings = course.happenings.filter(({ kind, weight }) => kind !== "judged" || weight !== 50);
  const html = renderPage({ seed: 1, results: [{ ...kept, course: { ...course, happenings } }], replay });
  assert.match(
    html,
    /class="step none[^"]*"[^>]*aria-label="green at 50 %: no verdict, from 0:19\.1 to 0:30\.1"/,
  );
  assert.match(html, /class="step pass[^"]*"[^>]*aria-label="green at 25 %: pass, from 0:10\.1 to 0:18\.1"/);
});

test("the page has no script, asks for nothing, and runs nothing that a hub said", () => {
  assert.doesNotMatch(page, /<script|https?:|@import|url\(|<img|<iframe/);
  assert.ok(page.includes("default-src 'none'"));
  assert.ok(page.includes("&lt;b&gt;error-share&lt;/b&gt; is fail"));
});

test("headings go down by one, tables have captions and scopes, and each picture says what it shows", () => {
  const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  assert.deepEqual(
    levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1),
    [],
  );
  const tables = [...page.matchAll(/<table>[^]*?<\/table>/g)].map(([table]) => table);
  assert.ok(tables.length >= 7);
  for (const table of tables) {
    assert.match(table, /<caption>[^<]+/);
    assert.doesNotMatch(table, /<th(?! scope="(row|col)")[ >]/);
  }
  for (const [svg] of page.matchAll(/<svg viewBox="0 0 1000[^]*?<\/svg>/g))
    assert.match(
      svg,
      /role="img" aria-labelledby="(\S+) (\S+)"><title id="\1">[^<]+<\/title><desc id="\2">[^<]+/,
    );
  assert.match(page, /Set to 0 % at 0:00\.5, 25 % at 0:09\.6, 50 % at 0:18\.4, 0 % at 0:30\.1\./);
});

test("a result that was not played on a stage is shown with what there is", () => {
  const { course: _course, figures: _figures, ...bare } = kept;
  const html = renderPage({ seed: 1, results: [bare], replay });
  assert.ok(html.includes("10 <small>2.5 %</small>") && !html.includes("How it went"));
});

/** Every text of the page whose colour is too near to what is behind it, with its contrast. */
const tooPale = `(() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const over = (top, under) => Object.fromEntries([..."rgb"].map((c) => [c, top[c] * top.a + under[c] * (1 - top.a)]));
  const behind = (element) => {
    if (element === null) return { r: 255, g: 255, b: 255 };
    const own = parse(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, behind(element.parentElement));
  };
  const light = ({ r, g, b }) => { const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = []; let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === "" || element.closest("svg") || !element.checkVisibility()) continue;
    texts++;
    const ground = behind(element);
    const [a, b] = [light(over(parse(getComputedStyle(element).color), ground)), light(ground)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(contrast.toFixed(2) + " " + element.className + ": " + walker.currentNode.data.trim().slice(0, 40));
  }
  return { texts, found };
})()`;

/** What sticks out of the page to the right, and of texts how many lines the first promise's words take for each of its words. */
const layout = `({
  needs: document.documentElement.scrollWidth,
  has: document.documentElement.clientWidth,
  wide: [...document.querySelectorAll(".badge")].filter((of) => of.getClientRects().length > 1 || of.offsetHeight > 40).length,
  narrow: [...document.querySelectorAll(".promises td, .promises th")].filter((of) => of.checkVisibility() && of.offsetWidth < 40).length,
})`;

test(
  "in a browser nothing is fetched or complained of, nothing runs out of a phone, and every text is well seen in light and dark",
  { skip: noBrowser },
  async () => {
    // What a page is found out by: a control that must be seen to be wrong in each way.
    const control = page.replace(
      "<main",
      `<p style="color:#aaa;background:#fff;width:3000px">control</p><main`,
    );
    await using wrong = await opened(control);
    await wrong.look({ width: 360, scheme: "light" });
    const { found: pale } = await wrong.evaluate<{ found: string[] }>(tooPale);
    assert.match(pale.join("; "), /control/);
    const { needs } = await wrong.evaluate<{ needs: number }>(layout);
    assert.ok(needs > 2_000, `${needs}`);
    await using right = await opened(page);
    for (const width of [320, 360, 1_200])
      for (const scheme of ["light", "dark"] as const) {
        await right.look({ width, scheme });
        const { texts, found } = await right.evaluate<{ texts: number; found: string[] }>(tooPale);
        assert.ok(texts > 150, `${texts} texts`);
        assert.deepEqual(found, [], `${width} ${scheme}`);
        const seen = await right.evaluate<Record<"needs" | "has" | "wide" | "narrow", number>>(layout);
        assert.deepEqual(seen, { needs: width, has: width, wide: 0, narrow: 0 }, `${width} ${scheme}`);
      }
    const dark = await right.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    assert.equal(dark, "rgb(17, 22, 29)");
    assert.deepEqual([right.said, right.fetched], [[], []]);
  },
);

test(
  "the keyboard reaches the scenarios by the first link, and a mark's record by Enter; each place is seen",
  { skip: noBrowser },
  async () => {
    await using right = await opened(page);
    await right.look({ width: 1_200, scheme: "light" });
    await right.press("Tab");
    const first =
      "({ text: document.activeElement.textContent, left: document.activeElement.getBoundingClientRect().left, outline: getComputedStyle(document.activeElement).outlineStyle })";
    const { text, left, outline } = await right.evaluate<{ text: string; left: number; outline: string }>(
      first,
    );
    assert.deepEqual([text, outline, left >= 0], ["Skip to the scenarios", "solid", true]);
    await right.press("Enter");
    assert.equal(await right.evaluate("location.hash"), "#scenarios");
    await right.evaluate("document.querySelector('a.mark.rolling-back').focus()");
    await right.press("Enter");
    const row = await right.evaluate<string>("document.querySelector('tr:target').textContent");
    assert.match(row, /going back to blue 100 · green 0: error-share failed/);
  },
);

/** A page that is closed in the end, whatever happens. */
async function opened(html: string): Promise<Opened & AsyncDisposable> {
  const one = await openPage(html);
  return { ...one, [Symbol.asyncDispose]: () => one.close() };
}
