/** The server as a program sees it: to prepare what a story does not tell, and to check what it left behind. */
import type { Login, Server } from './server';

/** A part of what the API answers; only what the stories read. */
export interface Site {
  id: string;
  name: string;
  kind: string;
  organisation_id: string;
  centre: { lat: number; lon: number };
  geofence: { coordinates: [number, number][][] };
  code: string | null;
}
export interface Finding {
  code: string;
  severity: string;
  status: string;
  event_id: string | null;
  detail: Record<string, unknown>;
}
export interface CustodyEvent {
  id: string;
  kind: string;
  evidence_grade: string | null;
  findings: { code: string }[];
  /** By kind. */
  details: Record<string, unknown>;
}
export interface Manifest {
  id: string;
  number: string | null;
  state: string;
  driver: { id: string; name: string } | null;
  plates: string[];
  qr: { code: string; short_code: string } | null;
  pickup_code: string | null;
  lines: {
    line: number;
    declared_mass_g: number;
    loaded_mass_g: number | null;
    received_mass_g: number | null;
    refused_mass_g: number | null;
  }[];
}
export interface Organisation {
  id: string;
  name: string;
  kind: string;
}

/** One signed-in program. */
export class Api {
  private constructor(
    private readonly origin: string,
    private readonly token: string,
    /** Who it is. */
    readonly me: {
      person: {
        id: string;
        name: string;
        roles: { role: string; organisation_id: string; organisation_name: string }[];
      };
    },
  ) {}

  static async signIn(server: Server, login: Pick<Login, 'login' | 'secret'>): Promise<Api> {
    const answer = await fetch(`${server.origin}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: login.login, secret: login.secret }),
    });
    if (!answer.ok) throw new Error(`${login.login} cannot sign in: ${answer.status} ${await answer.text()}`);
    const { token } = (await answer.json()) as { token: string };
    const anonymous = new Api(server.origin, token, { person: { id: '', name: '', roles: [] } });
    return new Api(server.origin, token, await anonymous.get('/me'));
  }

  /** The organisation of the first role held. */
  get organisation(): string {
    const role = this.me.person.roles[0];
    if (role === undefined) throw new Error(`${this.me.person.name} holds no role`);
    return role.organisation_id;
  }

  private async call(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
  async get<T>(path: string): Promise<T> {
    return (await this.call('GET', path)).json() as Promise<T>;
  }
  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return (await this.call('POST', path, body)).json() as Promise<T>;
  }
  async png(path: string): Promise<Buffer> {
    return Buffer.from(await (await this.call('GET', path)).arrayBuffer());
  }
  async items<T>(path: string): Promise<T[]> {
    return (await this.get<{ items: T[] }>(path)).items;
  }

  manifest(id: string): Promise<Manifest> {
    return this.get(`/manifests/${id}`);
  }
  events(id: string): Promise<CustodyEvent[]> {
    return this.items(`/manifests/${id}/events`);
  }
  /** Codes of the open findings of a manifest, sorted. */
  async openFindings(id: string): Promise<string[]> {
    const found = await this.items<Finding>(`/manifests/${id}/findings`);
    return found
      .filter((finding) => finding.status === 'open')
      .map((finding) => finding.code)
      .sort();
  }
  /** A site of the own organisation, with the code on its wall. */
  async ownSite(): Promise<Site> {
    const sites = await this.items<Site>(`/sites?organisation_id=${this.organisation}`);
    const site = sites.find((one) => one.organisation_id === this.organisation);
    if (site === undefined) throw new Error(`${this.me.person.name} has no site`);
    return site;
  }
}
