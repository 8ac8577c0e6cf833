import { type Signal, signal } from '@preact/signals';

const key = 'quiesce-theme';

type Theme = 'light' | 'dark';

function kept(): Theme | undefined {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    // Pages from a disk may have no storage.
    return undefined;
  }
}

/** The look of the page: what was chosen before, else what the system prefers. */
export const theme: Signal<Theme> = signal('light');

/** Takes the look of the page from what was chosen, or from the system. */
export function startTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const follow = (): void => void (theme.value = kept() ?? (dark.matches ? 'dark' : 'light'));
  follow();
  dark.addEventListener('change', follow);
  theme.subscribe((value) => void (document.documentElement.dataset['theme'] = value));
}

/** From light to dark and back. */
export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // Then it is not remembered.
  }
}
