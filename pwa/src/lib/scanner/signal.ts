/** A scan is felt and heard: gloves, sun and engines leave no room for small print. */
let audio: AudioContext | null = null;

function tone(hertz: number, atS: number, lengthS: number): void {
  audio ??= new AudioContext();
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0.12, audio.currentTime + atS);
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + atS + lengthS);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(audio.currentTime + atS);
  oscillator.stop(audio.currentTime + atS + lengthS);
}

/** A code was read, or (`false`) what was read is of no use here. */
export function signal(good: boolean): void {
  navigator.vibrate?.(good ? 60 : [80, 60, 80]);
  try {
    if (good) tone(1320, 0, 0.12);
    else {
      tone(330, 0, 0.18);
      tone(262, 0.2, 0.25);
    }
  } catch {
    // No sound is no reason to stop.
  }
}
