import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type Page, chromium } from 'playwright-core';
import { type Trace, renderHtml } from '@quiesce/trace';
import { build } from 'vite';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Whether there is a browser to test in. */
export const hasBrowser: boolean = executablePath !== undefined;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser. */
export function launch(): Promise<Browser> {
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: flags });
}

/** Builds the page from the sources, without writing it. */
export async function viewerPage(): Promise<string> {
  const made = await build({
    root: join(import.meta.dirname, '..'),
    logLevel: 'error',
    build: { write: false },
  });
  const outputs = [made].flat().flatMap((one) => ('output' in one ? one.output : []));
  const html = outputs.find(({ fileName }) => fileName === 'viewer.html');
  if (html?.type !== 'asset') throw new Error('the build made no viewer.html');
  return typeof html.source === 'string' ? html.source : new TextDecoder().decode(html.source);
}

const folder = mkdtempSync(join(tmpdir(), 'quiesce-viewer-'));
let files = 0;

/** Address of a page on the disk. */
export function onDisk(html: string): string {
  files += 1;
  const path = join(folder, `page-${files}.html`);
  writeFileSync(path, html);
  return pathToFileURL(path).href;
}

/** A page with what went wrong in it and what it asked of the network. */
export interface Watched {
  readonly page: Page;
  readonly errors: string[];
  readonly requests: string[];
}

/** Opens an address in a tab of its own. */
export async function open(
  browser: Browser,
  address: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(?:file|blob|data):/.test(request.url())) requests.push(request.url());
  });
  await page.goto(address);
  await page.waitForSelector('main');
  return { page, errors, requests };
}

/** Address of a page that shows a trace. */
export function pageOf(trace: Trace, html: string): string {
  return onDisk(renderHtml(trace, html));
}
