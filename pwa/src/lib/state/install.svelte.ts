/** The browser's offer to install the application, kept until the person asks for it. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offer = $state.raw<InstallPrompt | null>(null);

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offer = event as InstallPrompt;
});
addEventListener('appinstalled', () => (offer = null));

export const install = {
  get possible(): boolean {
    return offer !== null;
  },
  async ask(): Promise<void> {
    await offer?.prompt();
    offer = null;
  },
};
