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
