import type { Browser, Page } from 'playwright-core';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Trace, TraceError, parseTrace, wordHistories, mayFetch } from '@quiesce/trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, launch, onDisk, open, pageOf, viewerPage } from './page.ts';
import { counterexample, long } from './traces.ts';

const count = (page: Page): Promise<string | null> => page.textContent('.count b');
const heading = (page: Page): Promise<string> => page.locator('.panel.step h2').innerText();

describe.skipIf(!hasBrowser)(`the viewer in Chromium${hasBrowser ? '' : ' (missing: skipped)'}`, () => {
  let browser: Browser;
  let html = '';
  let trace: Trace;
  let address = '';

  beforeAll(async () => {
    [browser, html, trace] = await Promise.all([
      launch(),
      viewerPage(),
      counterexample('patch-text-mainline-no-isb', 3),
    ]);
    address = pageOf(trace, html);
  }, 120_000);
  afterAll(() => browser.close());

  it('shows a trace from a disk, without the network and without an error', async () => {
    const { page, errors, requests } = await open(browser, address);
    expect(await page.title()).toBe('patch-text-mainline-no-isb, 3 CPUs: cmodx');
    expect(await page.innerText('h1')).toBe('patch-text-mainline-no-isb, 3 CPUs');
    expect(await page.innerText('.verdict')).toBe(`cmodx after ${trace.steps.length} steps`);
    expect(await page.locator('.lane-name').count()).toBe(3);
    expect(await count(page)).toBe(String(trace.steps.length));
    expect(await page.locator('.link.race').count()).toBe(1);
    expect(await page.locator('.phase.quiescent').count()).toBe(2);
    expect(await page.locator('.phase.patching').count()).toBe(1);
    expect(await page.locator('.masked').count()).toBeGreaterThanOrEqual(3);
    for (const mark of ['write', 'DC', 'IC', 'DSB', 'ISB', 'violation']) {
      expect(await page.locator(`.cell.${mark}`).count(), mark).toBeGreaterThan(0);
    }
    expect(errors).toEqual([]);
    expect(requests).toEqual([]);
    await page.close();
  });

  it('moves by keys, by the slider, by a press on a lane, and keeps the step in its address', async () => {
    const { page } = await open(browser, address);
    const write = trace.steps.find(({ instructions }) =>
      instructions.some(({ effects }) => effects.some(({ kind }) => kind === 'modified')),
    );
    const last = trace.steps.length;
    const after = async (key: string): Promise<string | null> => {
      await page.keyboard.press(key);
      return count(page);
    };
    expect(await after('Home')).toBe('0');
    expect(await heading(page)).toBe('Start');
    expect(await after('ArrowRight')).toBe('1');
    expect(await after('w')).toBe(String(write?.step));
    expect(await page.evaluate(() => window.location.hash)).toBe(`#step=${write?.step}`);
    expect(await after('r')).toBe(String(last));
    expect(await after('r')).toBe(String(write?.step));
    expect(await after('End')).toBe(String(last));
    expect(await after('PageUp')).toBe(String(last - 10));
    expect(await after('c')).not.toBe(String(last - 10));
    expect(await after('v')).toBe(String(last));
    await page.fill('#slider', '7');
    expect(await count(page)).toBe('7');
    await page.locator('[data-step="3"]').click();
    expect(await count(page)).toBe('3');
    await page.locator('.explanation a').first().click();
    expect(await count(page)).toBe(String(write?.step));
    await page.goBack().catch(() => undefined);
    await page.close();
  });

  it('opens at the step of a permalink, and follows it', async () => {
    const { page } = await open(browser, `${address}#step=12`);
    expect(await count(page)).toBe('12');
    await page.evaluate(() => (window.location.hash = '#step=20'));
    await page.waitForFunction(() => document.querySelector('.count b')?.textContent === '20');
    const last = String(trace.steps.length);
    const hash = (): Promise<string> => page.evaluate(() => window.location.hash);
    await page.goto(`${address}#step=99999`);
    await page.reload();
    expect(await count(page)).toBe(last);
    expect(await hash()).toBe(`#step=${last}`);
    for (const [wrong, right] of [
      ['9999', last],
      ['abc', last],
      ['-3', '0'],
      ['1.5', '0'],
    ]) {
      await page.evaluate((to) => (window.location.hash = `#step=${to}`), wrong);
      await expect.poll(hash, { message: wrong }).toBe(`#step=${right}`);
      expect(await count(page), wrong).toBe(right);
    }
    await page.close();
  });

  it('says for every word and CPU what may be fetched after any step', async () => {
    const { page } = await open(browser, address);
    const [history] = wordHistories(trace);
    for (const step of [0, 20, 26, 29, 33, trace.steps.length]) {
      await page.fill('#slider', String(step));
      const cells = page.locator('.fetches tbody td');
      for (let cpu = 0; cpu < trace.cpus; cpu++) {
        const texts = await cells
          .nth(cpu + 1)
          .locator('.chip')
          .allInnerTexts();
        expect(texts, `CPU ${cpu} after step ${step}`).toEqual(
          mayFetch(history, cpu, step).map(({ text }) => text),
        );
      }
    }
    expect(await page.locator('.fetches td.refused').count()).toBe(1);
    await page.close();
  });

  it('finds steps, and shows registers on demand', async () => {
    const { page } = await open(browser, address);
    await page.keyboard.press('/');
    await page.keyboard.type('patches site_function');
    expect(await page.innerText('.steps h2 span')).toBe('1 found');
    await page.keyboard.press('Enter');
    expect(await page.locator('.row[aria-current=step] code').innerText()).toMatch(/^str/);
    await page.fill('#search', 'no such thing');
    expect(await page.innerText('.steps h2 span')).toBe('0 found');
    await page.fill('#search', '');
    await page.fill('#slider', '5');
    await page.locator('.step summary').first().click();
    expect(await page.locator('.registers tr').first().innerText()).toMatch(/x\d+\s+0x/);
    await page.close();
  });

  it('is light or dark, as the system says or as was chosen', async () => {
    const background = (page: Page): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await open(browser, address, { colorScheme: 'dark' });
    const light = await open(browser, address, { colorScheme: 'light' });
    const [first, second] = [await background(dark.page), await background(light.page)];
    expect(first).not.toBe(second);
    await light.page.keyboard.press('t');
    expect(await background(light.page)).toBe(first);
    await dark.page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => background(dark.page)).toBe(second);
    await Promise.all([dark.page.close(), light.page.close()]);
  });

  it('can be used with a screen reader: names, live text, places in the list', async () => {
    const { page } = await open(browser, `${address}#step=26`);
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, a, select, textarea')]
        .filter((element) => {
          const label =
            element.getAttribute('aria-label') ??
            element.closest('label')?.textContent ??
            element.textContent;
          return label.trim() === '';
        })
        .map((element) => element.outerHTML),
    );
    expect(unnamed).toEqual([]);
    expect(await page.getAttribute('#slider', 'aria-valuetext')).toMatch(
      /^Step 26 of \d+\. CPU \d at patch_store, str .*PATCHES/,
    );
    expect(await page.innerText('[aria-live=polite]')).toMatch(/^Step 26 of/);
    const row = page.locator('li:has(.row[aria-current=step])');
    expect(await row.getAttribute('aria-posinset')).toBe('26');
    expect(await row.getAttribute('aria-setsize')).toBe(String(trace.steps.length));
    await page.close();
  });

  it.each([
    [360, 780],
    [390, 844],
    [768, 1024],
  ])('fits a screen of %i by %i', async (width, height) => {
    const { page } = await open(browser, address, { viewport: { width, height } });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    const cut = await page.locator('.panel.step').evaluate((panel) => panel.scrollWidth - panel.clientWidth);
    expect(await page.innerText('.panel.step')).toContain('not in the safe list');
    expect(cut).toBeLessThanOrEqual(0);
    await page.getByLabel('Step before').click();
    expect(await count(page)).toBe(String(trace.steps.length - 1));
    await page.close();
  });

  it.each([
    ['a newer trace', (text: string) => text.replace('"schema":1', '"schema":9')],
    ['a truncated one', (text: string) => text.slice(0, 4000)],
    ['something else', () => '{"name": "x"}'],
    ['a list', () => '[1]'],
    ['nothing', () => ''],
  ])('says about %s what the command line says', async (_, broken) => {
    const text = broken(JSON.stringify(trace));
    const said = (): string => {
      try {
        parseTrace(text);
      } catch (error) {
        if (error instanceof TraceError) return `broken.json: ${error.message}; ${error.remedy}`;
      }
      return '';
    };
    const path = join(mkdtempSync(join(tmpdir(), 'quiesce-viewer-')), 'broken.json');
    writeFileSync(path, text);
    const { page, errors } = await open(browser, onDisk(html));
    expect(await page.innerText('main')).toContain('No trace yet');
    await page.setInputFiles('input[type=file]', path);
    await page.waitForSelector('[role=alert]');
    expect(await page.innerText('[role=alert]')).toBe(said());
    writeFileSync(path, JSON.stringify(trace));
    await page.setInputFiles('input[type=file]', []);
    await page.setInputFiles('input[type=file]', path);
    await page.waitForSelector('.timeline');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('stays small and quick with 20,000 steps and 32 lanes', async () => {
    const big = long(trace, 20_000, 32);
    const { page, errors } = await open(browser, pageOf(big, html));
    await page.waitForSelector('.timeline');
    const elements = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
    expect(await elements()).toBeLessThan(6000);
    await page.keyboard.press('End');
    expect(await page.locator('[data-step="20000"]').count()).toBe(1);
    expect(await page.locator('.row').last().innerText()).toContain('20000');
    expect(await elements()).toBeLessThan(6000);
    // CPU time of the page, so that a busy machine does not count.
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    };
    const before = await busy();
    const steps = 100;
    await page.evaluate(async (times) => {
      const slider = document.querySelector<HTMLInputElement>('#slider');
      for (let i = 0; i < times; i++) {
        if (slider !== null) slider.value = String(i * 150);
        slider?.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(requestAnimationFrame);
      }
    }, steps);
    const each = ((await busy()) - before) / steps;
    console.log(`20,000 steps x 32 lanes: ${(1000 * each).toFixed(1)} ms of CPU for a jump of the slider`);
    expect(each).toBeLessThan(0.1);
    expect(errors).toEqual([]);
    await page.close();
  }, 120_000);

  it('explores a scenario by hand: choices are buttons, the path is in the address, the checker runs beside', async () => {
    const { page, errors } = await open(browser, `${onDisk(html)}#explore=`);
    await page.waitForSelector('option', { state: 'attached' });
    await page.selectOption('select', 'alternatives-mainline-state-load');
    await page.getByRole('button', { name: 'Step through it' }).first().click();
    await page.waitForSelector('.choice');
    expect(await page.locator('.column').count()).toBe(2);
    const chosen = async (): Promise<number> => page.locator('.list li').count();
    await page.locator('.column').nth(1).locator('.choice').click();
    await page.waitForFunction(() => document.querySelectorAll('.list li').length === 1);
    await page.locator('.column').nth(0).locator('.choice').click();
    await page.waitForFunction(() => document.querySelectorAll('.list li').length === 2);
    const hash = await page.evaluate(() => window.location.hash);
    expect(hash).toMatch(/^#explore=q1\/alternatives-mainline-state-load\/2\/1x-0x\//);
    await page.reload();
    await page.waitForSelector('.choice');
    expect(await chosen()).toBe(2);
    await page.getByRole('button', { name: 'take back' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.list li').length === 1);
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.list li').length === 2);
    await page.getByRole('button', { name: 'Explore everything' }).click();
    await page.getByRole('button', { name: /Show the counterexample \(18 steps\)/ }).click();
    await page.waitForFunction(
      () => document.querySelector('.verdict')?.textContent === 'cmodx after 18 steps',
    );
    expect(await page.innerText('.choices')).toContain('Here it is: cmodx.');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('explores a protocol that is written into the page, and says what is wrong with it', async () => {
    const { page } = await open(browser, `${onDisk(html)}#explore=`);
    await page.waitForSelector('option', { state: 'attached' });
    await page.locator('.chooser summary').click();
    const source = await page.inputValue('textarea');
    await page.fill('textarea', source.replace('//@ site', '//@ sight'));
    await page.getByRole('button', { name: 'Step through it' }).last().click();
    await page.waitForSelector('.chooser [role=alert]');
    expect(await page.innerText('.chooser [role=alert]')).toMatch(
      /^protocol.s:4:5: expected a directive, found 'sight'; use one of/,
    );
    await page.fill('textarea', source);
    await page.getByRole('button', { name: 'Step through it' }).last().click();
    await page.waitForSelector('.choice');
    await page.getByRole('button', { name: 'Explore everything' }).click();
    await page.getByRole('button', { name: /Show the counterexample/ }).click();
    await page.waitForFunction(
      () => document.querySelector('.verdict')?.textContent.startsWith('cmodx after') === true,
    );
    expect(await page.innerText('.lane-names')).toContain('CPU 1 runner');
    expect(await page.title()).toBe('Explore protocol, 2 CPUs: cmodx');
    const other = await open(browser, page.url());
    await other.page.waitForSelector('[role=alert]');
    expect(await other.page.innerText('[role=alert]')).toBe(
      "no scenario 'protocol', and this tab has no protocol of that name; paste it under 'A protocol of your own', " +
        'step through it, and open the address again',
    );
    expect(await other.page.title()).toBe('Explore · Quiesce');
    await Promise.all([page.close(), other.page.close()]);
  });

  it('says what to do where a page from a disk cannot load a trace', async () => {
    const { page } = await open(browser, `${onDisk(html)}#trace=gone.json`);
    expect(await page.innerText('[role=alert]')).toBe(
      "cannot load 'gone.json': a page from a disk may not read other files; open the file with 'Open', or drop it here",
    );
    await page.close();
  });

  it('says so where the address names nothing', async () => {
    const { page } = await open(browser, `${onDisk(html)}#explore=q1/no-such-thing/2/0x/1abc`);
    await page.waitForSelector('[role=alert]');
    expect(await page.innerText('[role=alert]')).toMatch(/checksum/);
    await page.close();
  });
});
