import { render } from 'preact';
import { App } from './app.tsx';
import { openAddress } from './explore/session.ts';
import { listenToKeys } from './keys.ts';
import { locationOf } from './location.ts';
import { fail, followAddress, showText } from './state.ts';
import './style.css';
import { startTheme } from './theme.ts';

/** Shows the trace that is in the page, or the one that its address names. */
async function start(): Promise<void> {
  const { step, trace, explore } = locationOf(window.location.hash);
  const embedded = document.querySelector('#trace')?.textContent ?? '';
  if (explore !== undefined) return;
  if (embedded.trim() !== '') {
    showText(embedded, step);
    return;
  }
  if (trace === undefined) return;
  const response = await fetch(trace);
  if (!response.ok) throw new Error(`cannot load '${trace}': ${response.status} ${response.statusText}`);
  showText(await response.text(), step);
}

startTheme();
listenToKeys();
window.addEventListener('hashchange', openAddress);
window.addEventListener('popstate', openAddress);
start()
  .catch(fail)
  .finally(() => {
    openAddress();
    followAddress();
    const root = document.querySelector('#app');
    if (root !== null) render(<App />, root);
  });
