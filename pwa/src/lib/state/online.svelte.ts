/** Whether the device believes it has a network; a hint for the screen, never a reason not to try. */
let online = $state(navigator.onLine);
addEventListener('online', () => (online = true));
addEventListener('offline', () => (online = false));

export const network = {
  get online(): boolean {
    return online;
  },
};
