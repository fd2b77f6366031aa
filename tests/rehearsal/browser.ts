import "reaper/children";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const names = [process.env["CHROMIUM"] ?? "chromium", "chromium-browser", "google-chrome"];
const browser = names.find((name) => spawnSync(name, ["--version"]).status === 0);

/** Why a page is not opened in a browser here; false: it is. */
export const noBrowser: string | false =
  browser === undefined &&
  "no Chromium here opens the page: apt-get install chromium, or name it with CHROMIUM";

/** How a page is looked at. */
interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** A page, opened in a real browser. */
export interface Opened {
  /** What the console and the page's own policy had to say, and each address that was asked for but the page's own. */
  readonly said: readonly string[];
  readonly fetched: readonly string[];
  look(look: Look): Promise<void>;
  /** What an expression comes to in the page, as JSON has it. */
  evaluate<T>(expression: string): Promise<T>;
  /** A key of the keyboard. */
  press(key: "Tab" | "Enter"): Promise<void>;
  screenshot(): Promise<Buffer>;
  pdf(): Promise<Buffer>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** Opens a page in Chromium, over its DevTools protocol. */
export async function openPage(html: string): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  const file = join(folder, "page.html");
  await writeFile(file, html);
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
  ];
  const child = spawn(
    browser ?? "",
    [...flags, `--user-data-dir=${join(folder, "profile")}`, "about:blank"],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const page = await connect(await endpointOf(child));
  const said: string[] = [];
  const fetched: string[] = [];
  const url = pathToFileURL(file).href;
  let loaded = () => undefined as void;
  const whole = new Promise<void>((resolve) => {
    loaded = resolve;
  });
  page.hear = ({ method = "", params = {} }) => {
    if (method === "Page.loadEventFired") loaded();
    if (/^(Runtime\.consoleAPICalled|Runtime\.exceptionThrown|Log\.entryAdded)$/.test(method))
      said.push(JSON.stringify(params));
    if (method !== "Network.requestWillBeSent") return;
    const asked = (params["request"] as { url: string }).url;
    if (asked !== url && !asked.startsWith("data:")) fetched.push(asked);
  };
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);
  await page.send("Page.navigate", { url });
  await whole;
  return {
    said,
    fetched,
    async look({ width, scheme }) {
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await page.send("Emulation.setEmulatedMedia", { features });
      const phone = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
      await page.send("Emulation.setDeviceMetricsOverride", phone);
    },
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await page.send("Runtime.evaluate", {
        expression,
        returnByValue: true,
        awaitPromise: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value: T }).value;
    },
    async press(key) {
      const about = { key, code: key, windowsVirtualKeyCode: key === "Tab" ? 9 : 13 };
      await page.send("Input.dispatchKeyEvent", {
        type: "keyDown",
        ...about,
        ...(key === "Enter" ? { text: "\r" } : {}),
      });
      await page.send("Input.dispatchKeyEvent", { type: "keyUp", ...about });
    },
    async screenshot() {
      const { data } = await page.send("Page.captureScreenshot");
      return Buffer.from(data as string, "base64");
    },
    async pdf() {
      const { data } = await page.send("Page.printToPDF", {
        printBackground: false,
        paperWidth: 8.27,
        paperHeight: 11.69,
      });
      return Buffer.from(data as string, "base64");
    },
    async close() {
      page.close();
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Where the browser says that it can be spoken to: its one page there. */
async function endpointOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
    const [, host] = /^DevTools listening on ws:\/\/([^/]+)\//.exec(line) ?? [];
    if (host === undefined) continue;
    child.stderr?.resume(); // or it would wait for somebody to read
    const answer = await fetch(`http://${host}/json/list`);
    const pages = (await answer.json()) as { type: string; webSocketDebuggerUrl: string }[];
    const found = pages.find(({ type }) => type === "page");
    if (found !== undefined) return found.webSocketDebuggerUrl;
  }
  throw new Error("the browser ended before it listened");
}

async function connect(url: string) {
  const socket = new WebSocket(url);
  await once(socket as unknown as NodeJS.EventEmitter, "open");
  const waiting = new Map<number, (message: Message) => void>();
  const page = {
    hear: (_message: Message): void => undefined,
    async send(method: string, params: object = {}) {
      const id = ++sent;
      const answered = new Promise<Message>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ id, method, params }));
      const { result = {}, error } = await answered;
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    },
    close: () => socket.close(),
  };
  let sent = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) return page.hear(message);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  return page;
}
