// Chromium on the page, and what a person does there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const AXE = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** What a program can tell of whether everybody can use a page. */
const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const DESK = { width: 1360, height: 860 };
// Not `isMobile`: that would load the page anew, and close what is open.
const PHONE = { width: 360, height: 740, deviceScaleFactor: 2 };

/** A browser without anything in it. */
export function launch() {
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"],
  });
}

/** A page of the console. What the browser complains about is kept in `broken`. */
export class Person {
  /** @param {import("puppeteer-core").Page} page */
  constructor(page, console_) {
    this.page = page;
    this.console = console_;
    this.broken = [];
    page.on(
      "console",
      (message) => message.type() === "error" && this.broken.push(`${message.text()} ${message.location().url ?? ""}`),
    );
    page.on("pageerror", (error) => this.broken.push(String(error)));
  }

  static async come(browser, console_) {
    const page = await browser.newPage();
    await page.setViewport(DESK);
    const person = new Person(page, console_);
    await person.again("");
    return person;
  }

  /** Opens the page anew, with this part first. */
  async again(hash) {
    await this.page.goto("about:blank");
    await this.page.goto(`${this.console}/${hash}`, { waitUntil: "load" });
    await this.page.evaluate(AXE);
  }

  /** Goes to a part by its address. */
  async go(hash) {
    await this.page.evaluate((address) => void (location.hash = address), hash);
  }

  /** Waits until this text can be read in an element. */
  async reads(selector, text, within = 20_000) {
    const found = ([where, words]) =>
      [...document.querySelectorAll(where)].some((one) => one.checkVisibility() && one.textContent.includes(words));
    try {
      await this.page.waitForFunction(found, { timeout: within, polling: 100 }, [selector, text]);
    } catch {
      const said = await this.page.$eval("body", (body) => body.innerText);
      throw new Error(`no "${text}" in ${selector} within ${within} ms; the page says: ${said}`);
    }
  }

  /** Presses what has this text. */
  async press(selector, text) {
    await this.reads(selector, text);
    await this.page.evaluate(
      ([where, words]) => {
        const one = [...document.querySelectorAll(where)].find(
          (element) => element.checkVisibility() && element.textContent.includes(words),
        );
        one.scrollIntoView({ block: "center" });
        one.click();
      },
      [selector, text],
    );
  }

  /** What stands in an element. */
  text(selector) {
    return this.page.$eval(selector, (element) => element.innerText);
  }

  /** A picture of what can be seen, on a desk in both themes and on a phone, where nothing may be wider than the phone. */
  async pictures(name) {
    const folder = process.env.SCREENSHOTS;
    for (const [mode, viewport, scheme] of [
      ["dark", DESK, "dark"],
      ["phone", PHONE, "light"],
      ["light", DESK, "light"],
    ]) {
      await this.page.setViewport(viewport);
      // Nothing is caught halfway.
      await this.page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const width = await this.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= viewport.width, `${name} is ${width} wide on a screen of ${viewport.width}`);
      if (folder) await this.page.screenshot({ path: join(folder, `${name}-${mode}.png`) });
      if (viewport === DESK) await this.suitsEverybody(`${name}, ${mode}`);
    }
    await this.page.emulateMediaFeatures([]);
  }

  /** Contrast, names and roles, as far as a program can tell. */
  async suitsEverybody(name) {
    const broken = await this.page.evaluate(async (rules) => {
      const { violations } = await axe.run(document, { runOnly: rules });
      return violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)} ${one.nodes[0].failureSummary}`);
    }, RULES);
    assert.deepEqual(broken, [], name);
  }
}
