/** Where an office page finds a file, and how it treats it. */
import type { OfficeEvent } from './types';

export type EventFile = OfficeEvent['files'][number];

/** The file's own address; the answer is always a download. */
export const fileUrl = (file: EventFile): string => `/api/v1/field/files/${file.sha256}`;

/** True for what a page may show as a picture. */
export const isPicture = (file: EventFile): boolean => file.kind !== null && file.kind !== 'pdf';
