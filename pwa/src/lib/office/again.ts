/** What can be declared again with one press: the last load of each way, newest first. */
import type { ManifestSummary } from '$lib/api/types';

/** Ways shown at once: what a thumb reaches. */
const MOST = 3;

/** The newest manifest of each pair of sites with its carrier; drafts and void ones are no example. */
export function lastOfEachWay(manifests: readonly ManifestSummary[]): ManifestSummary[] {
  const ways = new Map<string, ManifestSummary>();
  for (const manifest of manifests) {
    if (manifest.state === 'draft' || manifest.state === 'void') continue;
    const { generator, carrier, facility } = manifest;
    const way = [generator.site_id, carrier.organisation_id, facility.site_id].join(' ');
    if (!ways.has(way)) ways.set(way, manifest);
  }
  return [...ways.values()].slice(0, MOST);
}
