// A person in front of Chromium: opens a page of the shop, logs in where a password is asked for, presses the first button elsewhere, until the
// browser is sent back to the application.
//
//   node browser.mjs '<JSON>'      {"start", "email", "password", "redirect_uri"}; prints {"url", "titles"} as JSON
//
// CHROMIUM names the program (usual: /usr/bin/chromium); SCREENSHOTS a folder for a picture of each page.
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const STEPS = 8;

/** A browser without anything in it. */
export function launch() {
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-gpu"],
  });
}

/** The application's end of a redirect: a page at `uri`. */
function listen(uri) {
  const { hostname, port, pathname } = new URL(uri);
  let arrived;
  const url = new Promise((resolve) => (arrived = resolve));
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<title>back</title>back");
    if (new URL(request.url, uri).pathname === pathname) arrived(new URL(request.url, uri).href);
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(Number(port), hostname, () => resolve({ url, close: () => server.closeAllConnections() ?? server.close() }));
  });
}

/** Goes from `start` to where the browser is sent back; gives that address and the titles of the pages seen. */
export async function walk(browser, { start, email, password, redirect_uri, press = "button" }) {
  const back = await listen(redirect_uri);
  const page = await browser.newPage();
  const titles = [];
  const broken = [];
  page.on("console", (message) => message.type() === "error" && broken.push(message.text()));
  try {
    await page.goto(start, { waitUntil: "load" });
    for (let step = 0; step < STEPS; step++) {
      if (page.url().startsWith(redirect_uri)) {
        if (broken.length) throw new Error(`the browser complains: ${broken.join("; ")}`);
        return { url: await back.url, titles };
      }
      const title = await page.title();
      titles.push(title);
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: join(process.env.SCREENSHOTS, `${title.replace(/\W+/g, "-")}.png`) });
      }
      const asks = await page.$("input[type=password]");
      if (asks) {
        await page.$eval("input[name=email]", (input) => (input.value = ""));
        await page.type("input[name=email]", email);
        await asks.type(password);
      }
      const button = await page.$(asks ? "form button" : `form ${press}`);
      if (!button) throw new Error(`nothing to press on ${page.url()} (${title}): ${await page.content()}`);
      await Promise.all([page.waitForNavigation({ waitUntil: "load", timeout: 20_000 }), button.click()]);
    }
    throw new Error(`still on ${page.url()} after ${titles.join(", ")}; the browser says ${broken.join("; ")}`);
  } finally {
    await page.close();
    back.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await launch();
  try {
    console.log(JSON.stringify(await walk(browser, JSON.parse(process.argv[2]))));
  } finally {
    await browser.close();
  }
}
