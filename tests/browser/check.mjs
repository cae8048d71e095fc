// Opens an HTML report in headless Chromium and checks what a reader needs of it: no request leaves
// the page, no error, it works without JavaScript, it sorts, filters, expands and prints, and axe-core
// finds nothing to complain of, in light and dark, at 1280 and 400 pixels.
//
//   node check.mjs REPORT.html [SCREENSHOT-DIR]
//
// It needs Chromium (CHROMIUM, or /usr/bin/chromium) and the npm packages playwright-core and
// axe-core, found from the folder that NODE_MODULES names (see README.md).
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const [, , file, shots] = process.argv;
if (!file) {
  console.error("usage: node check.mjs REPORT.html [SCREENSHOT-DIR]");
  process.exit(2);
}
const require = createRequire(join(resolve(process.env.NODE_MODULES ?? "node_modules"), "x.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");
const url = pathToFileURL(resolve(file)).href;
if (shots) mkdirSync(shots, { recursive: true });

const failures = [];
const check = (holds, what) => {
  if (!holds) failures.push(what);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && failures.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => failures.push(`error: ${e.message}`));
  page.on("request", (r) => r.url() !== url && failures.push(`request: ${r.url().slice(0, 120)}`));
  page.on("dialog", (d) => failures.push(`dialog: ${d.message()}`) && d.dismiss());
  await page.goto(url);
  return page;
}

for (const [name, options] of [
  ["light", { viewport: { width: 1280, height: 900 }, colorScheme: "light" }],
  ["dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
  ["narrow", { viewport: { width: 400, height: 800 }, colorScheme: "light" }],
]) {
  // axe needs to run a script of its own, which the page's policy rightly forbids.
  const page = await open({ ...options, bypassCSP: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${name}: ${wide} pixels wider than the window`);
  if (shots) {
    await page.screenshot({ path: join(shots, `${name}.png`) });
    const model = page.locator("section.model").first();
    await model.scrollIntoViewIfNeeded();
    await model.screenshot({ path: join(shots, `${name}-model.png`) });
  }
  // A page of very many models is made of the same parts, and takes axe minutes.
  if ((await page.locator("section.model").count()) <= 40) {
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const v of violations) failures.push(`axe ${name}: ${v.id}: ${v.help} (${v.nodes.length}, ${v.nodes[0].html.slice(0, 160)})`);
  }
  await page.context().close();
}

{
  // Without JavaScript everything is there.
  const page = await open({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const models = page.locator("section.model");
  check((await models.count()) > 0, "without JavaScript: no model");
  check(await models.first().locator("ul.comps").isVisible(), "without JavaScript: components are hidden");
  check(!(await page.locator("#filter").isVisible().catch(() => false)), "without JavaScript: a filter that does nothing is shown");
  await page.context().close();
}

{
  // With it, under the page's own policy.
  const page = await open({ viewport: { width: 1280, height: 900 } });
  const rows = page.locator("#t-models tbody tr");
  const count = await rows.count();
  if (count > 1) {
    const names = () => rows.evaluateAll((r) => r.filter((x) => !x.hidden).map((x) => x.cells[0].textContent));
    const verdicts = () => rows.evaluateAll((r) => r.map((x) => Number(x.cells[1].dataset.s)));
    await page.click("#t-models th:nth-child(2) button");
    let ranks = await verdicts();
    check(ranks.every((v, i) => i === 0 || ranks[i - 1] <= v), "sorting by verdict does not sort");
    check((await page.getAttribute("#t-models th:nth-child(2)", "aria-sort")) === "ascending", "no aria-sort");
    await page.keyboard.press("Enter");
    ranks = await verdicts();
    check(ranks.every((v, i) => i === 0 || ranks[i - 1] >= v), "Enter on a header does not sort the other way");
    const one = (await names())[0];
    const started = Date.now();
    await page.fill("#q", one);
    await page.waitForFunction(() => document.getElementById("qn").textContent !== "");
    const took = Date.now() - started;
    check((await names()).every((n) => n.toLowerCase().includes(one.toLowerCase())), "filtering by name shows others");
    check((await page.locator("section.model:visible").count()) === (await names()).length, "filtered models keep their sections");
    console.log(`filtered ${count} models in ${took} ms`);
    await page.fill("#q", "");
    await page.waitForFunction(() => document.getElementById("qn").textContent === "");
    check((await names()).length === count, "an empty filter does not show all");
    const verdict = await page.locator("#qv option").nth(1).getAttribute("value");
    await page.selectOption("#qv", verdict);
    await page.waitForTimeout(100);
    check((await rows.evaluateAll((r, v) => r.every((x) => x.hidden === (x.dataset.v !== v)), verdict)), "filtering by verdict does not");
    await page.selectOption("#qv", "");
    await page.waitForTimeout(100);
  }
  const details = page.locator("section.model details").first();
  if (await details.count()) {
    await details.locator("summary").click();
    check(await details.locator("li").first().isVisible(), "evidence does not open");
    await details.locator("summary").press("Enter");
    check(!(await details.locator("li").first().isVisible()), "evidence does not close by keyboard");
  }
  await page.keyboard.press("Home");
  const timing = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  console.log(`loaded in ${Math.round(timing)} ms`);
  check((await page.evaluate(() => document.querySelectorAll("script").length)) === 1, "more than one script");
  if ((await page.locator("section.model").count()) <= 40) {
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
    check(pdf.length > 5000, "no PDF");
    if (shots) writeFileSync(join(shots, "report.pdf"), pdf);
  }
  await page.context().close();
}

await browser.close();
for (const failure of [...new Set(failures)]) console.error(`FAILED ${failure}`);
console.log(failures.length ? `${failures.length} failures` : "ok");
process.exit(failures.length ? 1 : 0);
