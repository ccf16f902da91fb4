/** Light, dark, for the midday sun, or as the device says; remembered on this device. */
export type ThemeChoice = 'system' | 'light' | 'dark' | 'sun';

const KEY = 'emanifest.theme';
const dark = globalThis.matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' || value === 'sun' ? value : 'system';
}

let choice = $state<ThemeChoice>(stored());

function apply(): void {
  document.documentElement.dataset['theme'] =
    choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
}

dark.addEventListener('change', apply);
apply();

export const theme = {
  get choice(): ThemeChoice {
    return choice;
  },
  choose(next: ThemeChoice): void {
    choice = next;
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
    apply();
  },
};
