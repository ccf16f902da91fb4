/** The calls that the PWA makes, in the shape that openapi-fetch reads. */
import type {
  DeviceAnswer,
  EventsAnswer,
  FieldPack,
  Listing,
  ManifestSummary,
  Manifest,
  Me,
  Problem,
  PublicKeyJwk,
  SessionAnswer,
  VerifyAnswer,
} from './types';

type Json<T> = { content: { 'application/json': T } };
type Answers<S extends number, T> = Record<S, { headers: Record<string, unknown> } & Json<T>> & {
  default: { headers: Record<string, unknown>; content: { 'application/problem+json': Problem } };
};
type Call<S extends number, T, Body = undefined, Params = object> = {
  parameters: Params;
  responses: Answers<S, T>;
} & (Body extends undefined ? { requestBody?: never } : { requestBody: Json<Body> });

export interface paths {
  '/api/v1/session': {
    post: Call<200, SessionAnswer, { login: string; secret: string }>;
    delete: Call<204, never>;
  };
  '/api/v1/me': { get: Call<200, Me> };
  '/api/v1/devices': {
    post: Call<201, DeviceAnswer, { name: string; public_key: PublicKeyJwk; code?: string; proof?: string }>;
  };
  '/api/v1/invitations/accept': { post: Call<200, SessionAnswer, { code: string; pin: string }> };
  '/api/v1/field/pack': { get: Call<200, FieldPack, undefined, { header?: { 'If-None-Match'?: string } }> };
  '/api/v1/field/events': { post: Call<200, EventsAnswer, { sent_at: string; events: string[] }> };
  '/api/v1/verify': {
    post: Call<200, VerifyAnswer, { code: string; position?: { lat: number; lon: number } }>;
  };
  '/api/v1/vehicles/by-plate/{plate}/manifests': {
    get: Call<
      200,
      { as_of: string } & Listing<ManifestSummary>,
      undefined,
      { path: { plate: string }; query?: { cursor?: string } }
    >;
  };
  '/api/v1/manifests/{id}': { get: Call<200, Manifest, undefined, { path: { id: string } }> };
}
