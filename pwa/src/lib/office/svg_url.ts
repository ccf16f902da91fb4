/** An SVG text as the address of a picture: as an image it can run no script, so Trusted Types have nothing to mind. */
export function svgUrl(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}
