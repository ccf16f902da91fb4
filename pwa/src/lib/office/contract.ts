/**
 * The calls that only office pages make, in the shape that openapi-fetch reads: bodies are the generated types with
 * GeoJSON told apart, which the contract's language calls an object.
 */
import type { Listing, ManifestSummary, Problem } from '$lib/api/types';
import type {
  Assignment,
  Declaration,
  Inbox,
  Invitation,
  ManifestQuery,
  NamedRoute,
  NewOrganisation,
  NewPerson,
  NewPermit,
  NewSite,
  NewVehicle,
  OfficeDevice,
  OfficeEvent,
  OfficeFinding,
  OfficeManifest,
  OfficePerson,
  OfficeSite,
  OfficeWasteCode,
  Organisation,
  Permit,
  Province,
  SiteChange,
  Summary,
  SummaryGroup,
  Vehicle,
} from './types';

type Json<T> = { content: { 'application/json': T } };
type Call<S extends number, T, Body = undefined, Params = object> = {
  parameters: Params;
  responses: Record<S, { headers: Record<string, unknown> } & Json<T>> & {
    default: { headers: Record<string, unknown>; content: { 'application/problem+json': Problem } };
  };
} & (Body extends undefined ? { requestBody?: never } : { requestBody: Json<Body> });
type Paging = { cursor?: string; limit?: number };
type Registry = Paging & { organisation_id?: string; kind?: string; q?: string };
type List<T, Query = Registry> = Call<200, Listing<T>, undefined, { query?: Query }>;
type ById = { path: { id: string } };
type Once = { header?: { 'Idempotency-Key'?: string } };
type Act<Body = undefined> = { post: Call<200, OfficeManifest, Body, ById & Once> };

export interface OfficePaths {
  '/api/v1/inbox': { get: Call<200, Inbox> };
  '/api/v1/manifests': {
    get: List<ManifestSummary, ManifestQuery>;
    post: Call<201, OfficeManifest, Declaration, Once>;
  };
  '/api/v1/manifests/{id}': {
    get: Call<200, OfficeManifest, undefined, ById>;
    patch: Call<200, OfficeManifest, Declaration, ById & { header: { 'If-Match': string } }>;
  };
  '/api/v1/manifests/{id}/propose': Act;
  '/api/v1/manifests/{id}/approve': Act;
  '/api/v1/manifests/{id}/void': Act<{ reason: string }>;
  '/api/v1/manifests/{id}/assign': Act<Assignment>;
  '/api/v1/manifests/{id}/confirm': Act<{ name?: string }>;
  '/api/v1/manifests/{id}/events': { get: Call<200, Listing<OfficeEvent>, undefined, ById> };
  '/api/v1/manifests/{id}/findings': { get: Call<200, Listing<OfficeFinding>, undefined, ById> };
  '/api/v1/organisations': { get: List<Organisation>; post: Call<201, Organisation, NewOrganisation> };
  '/api/v1/sites': { get: List<OfficeSite>; post: Call<201, OfficeSite, NewSite> };
  '/api/v1/sites/{id}': {
    patch: Call<200, OfficeSite, SiteChange, ById>;
  };
  '/api/v1/people': {
    get: List<OfficePerson, Registry & { role?: string }>;
    post: Call<201, OfficePerson, NewPerson>;
  };
  '/api/v1/people/{id}/invitations': { post: Call<201, Invitation, undefined, ById> };
  '/api/v1/devices': { get: List<OfficeDevice> };
  '/api/v1/devices/{id}/revoke': { post: Call<200, OfficeDevice, { reason: string }, ById> };
  '/api/v1/devices/{id}/admit': { post: Call<200, OfficeDevice, undefined, ById> };
  '/api/v1/permits': { get: List<Permit>; post: Call<201, Permit, NewPermit> };
  '/api/v1/vehicles': { get: List<Vehicle>; post: Call<201, Vehicle, NewVehicle> };
  '/api/v1/routes': { get: List<NamedRoute> };
  '/api/v1/waste-codes': { get: List<OfficeWasteCode> };
  '/api/v1/waste-codes/import': {
    post: {
      parameters: object;
      requestBody: { content: { 'text/csv': string } };
      responses: Call<200, { loaded: number }>['responses'];
    };
  };
  '/api/v1/provinces': { get: List<Province> };
  '/api/v1/stats/summary': {
    get: Call<
      200,
      Summary,
      undefined,
      { query: { group: SummaryGroup; from?: string; to?: string; province?: string } }
    >;
  };
  '/api/v1/findings': {
    get: List<OfficeFinding, Paging & { status?: string; code?: string; severity?: string }>;
  };
  /** GeoJSON and TopoJSON: read with their own types where they are drawn. */
  '/api/v1/map/sites': { get: Call<200, unknown> };
  '/api/v1/map/provinces': { get: Call<200, unknown> };
  '/api/v1/map/roads': { get: Call<200, unknown> };
}
