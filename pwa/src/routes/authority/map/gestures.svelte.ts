/** Fingers, wheel and keys on a map: one finger moves, two zoom, arrows and plus and minus do the same. */
import { pan, WHOLE, zoomAt, type Box, type View } from './view';

interface Finger {
  id: number;
  x: number;
  y: number;
}

export class Gestures {
  view = $state.raw<View>(WHOLE);
  #fingers: Finger[] = [];
  /** True after a movement large enough not to be a press. */
  moved = false;

  constructor(readonly picture: Box) {}

  zoom = (factor: number, px = 0.5, py = 0.5): void => {
    this.view = zoomAt(this.view, this.picture, factor, px, py);
  };

  down = (event: PointerEvent): void => {
    if (this.#fingers.length === 0) this.moved = false;
    this.#put({ id: event.pointerId, x: event.clientX, y: event.clientY });
  };

  move = (event: PointerEvent): void => {
    const before = this.#fingers.find((finger) => finger.id === event.pointerId);
    if (before === undefined) return;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const now = { id: event.pointerId, x: event.clientX, y: event.clientY };
    const other = this.#fingers.find((finger) => finger.id !== event.pointerId);
    if (other === undefined) {
      this.view = pan(
        this.view,
        this.picture,
        (now.x - before.x) / box.width,
        (now.y - before.y) / box.height,
      );
    } else {
      const [px, py] = [
        ((now.x + other.x) / 2 - box.left) / box.width,
        ((now.y + other.y) / 2 - box.top) / box.height,
      ];
      this.zoom(distance(now, other) / Math.max(1, distance(before, other)), px, py);
    }
    if (distance(now, before) > 3) {
      this.moved = true;
      // From now on it is a drag: keep it even when the finger leaves the map.
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
    }
    this.#put(now);
  };

  up = (event: PointerEvent): void => {
    this.#fingers = this.#fingers.filter((finger) => finger.id !== event.pointerId);
  };

  #put(finger: Finger): void {
    this.#fingers = [...this.#fingers.filter((each) => each.id !== finger.id), finger];
  }

  wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [px, py] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    this.zoom(Math.exp(-event.deltaY / 400), px, py);
  };

  key = (event: KeyboardEvent): void => {
    const step = 0.15;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => (this.view = pan(this.view, this.picture, step, 0)),
      ArrowRight: () => (this.view = pan(this.view, this.picture, -step, 0)),
      ArrowUp: () => (this.view = pan(this.view, this.picture, 0, step)),
      ArrowDown: () => (this.view = pan(this.view, this.picture, 0, -step)),
      '+': () => this.zoom(1.6),
      '=': () => this.zoom(1.6),
      '-': () => this.zoom(1 / 1.6),
      '0': () => (this.view = WHOLE),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };
}

function distance(a: Finger, b: Finger): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
