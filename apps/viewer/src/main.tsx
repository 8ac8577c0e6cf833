import { render } from 'preact';
import { App } from './app.tsx';
import { openAddress } from './explore/session.ts';
import { listenToKeys } from './keys.ts';
import { locationOf } from './location.ts';
import { fail, followAddress, followTitle, showText } from './state.ts';
import './style.css';
import { startTheme } from './theme.ts';

/** Shows the trace that is in the page, or the one that its address names. */
async function start(): Promise<void> {
  const { step, trace, explore } = locationOf(window.location.hash);
  const embedded = document.querySelector('#trace')?.textContent ?? '';
  if (explore !== undefined) return;
  if (embedded.trim() !== '') showText(embedded, { at: step });
  else if (trace !== undefined) showText(await loaded(trace), { at: step, name: trace });
}

/** The text at an address. */
async function loaded(trace: string): Promise<string> {
  const refuse = (why: string, remedy: string): Error =>
    new Error(`cannot load '${trace}': ${why}; ${remedy}`);
  let response: Response;
  try {
    response = await fetch(trace);
  } catch {
    throw window.location.protocol === 'file:'
      ? refuse('a page from a disk may not read other files', "open the file with 'Open', or drop it here")
      : refuse('its host does not answer, or does not let this page read it', openIt);
  }
  if (!response.ok) throw refuse(`${response.status} ${response.statusText}`.trim(), openIt);
  return response.text();
}

const openIt = "correct the address, or open the file with 'Open'";

startTheme();
listenToKeys();
window.addEventListener('hashchange', openAddress);
window.addEventListener('popstate', openAddress);
start()
  .catch(fail)
  .finally(() => {
    openAddress();
    followAddress();
    followTitle();
    const root = document.querySelector('#app');
    if (root !== null) render(<App />, root);
  });
