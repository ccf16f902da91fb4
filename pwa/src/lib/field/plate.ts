/** Plates compare on their normal form: upper case, letters and digits only. */
export function normalPlate(plate: string): string {
  return plate
    .normalize('NFKD')
    .toUpperCase()
    .replace(/Đ/g, 'D')
    .replace(/[^A-Z0-9]/g, '');
}

/** True when both are the same vehicle. */
export function samePlate(a: string, b: string): boolean {
  return normalPlate(a) === normalPlate(b);
}

/** A normal form as it stands on the truck: 15C12345 → "15C-123.45"; anything else stays as it is. */
export function shownPlate(plate: string): string {
  const match = /^(\d{2}[A-Z]{1,2})(\d{4,5})$/.exec(plate);
  if (match === null) return plate;
  const [, series = '', digits = ''] = match;
  return `${series}-${digits.length === 5 ? `${digits.slice(0, 3)}.${digits.slice(3)}` : digits}`;
}
