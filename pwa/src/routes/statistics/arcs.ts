/** Flows between provinces as curves on the map's picture; the wider, the more. */
import type { StatCross } from '$lib/office/types';
import type { ProvinceShape } from '../authority/map/layers';

export interface Arc {
  key: string;
  from: [number, number];
  to: [number, number];
  /** Share of the largest flow, 0 to 1. */
  share: number;
}

/** Arcs of flows whose two provinces are drawn, the largest last so that it lies on top. */
export function arcs(cells: StatCross['cells'], shapes: readonly ProvinceShape[]): Arc[] {
  const at = new Map(shapes.map((shape) => [shape.code, shape.at]));
  const most = Math.max(1, ...cells.map(({ figures }) => figures.declared_mass_g));
  return cells
    .flatMap(({ row, column, figures }) => {
      const [from, to] = [at.get(row), at.get(column)];
      if (from === undefined || to === undefined) return [];
      return [{ key: `${row}-${column}`, from, to, share: figures.declared_mass_g / most }];
    })
    .sort((a, b) => a.share - b.share);
}

/** The curve of an arc, bent to its right so that there and back do not lie on each other. */
export function curve({ from: [x1, y1], to: [x2, y2] }: Arc): string {
  const [mx, my] = [(x1 + x2) / 2 - (y2 - y1) * 0.25, (y1 + y2) / 2 + (x2 - x1) * 0.25];
  return `M${x1} ${y1}Q${mx} ${my} ${x2} ${y2}`;
}
