import { randomBytes, randomInt } from 'node:crypto';
import { Client, good, type Session } from './client.ts';
import type { Deployment } from './deployment.ts';
import { ConformanceError } from './settings.ts';
import { Skip } from './skip.ts';

/** Every name that a run makes begins so. */
const PREFIX = 'conf';
const CROWD = 13;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Makes the users of a run. Their names and passwords are random: they disturb nobody. */
export class People {
  readonly deployment: Deployment;
  readonly nobody: Client;
  readonly admin: Client | undefined;
  /** Posts a day; Infinity where there is no limit. */
  readonly quota: number;
  /** What all names of this run begin with: 9 letters. */
  readonly prefix: string;
  /** Those who publish where it does not matter who does, with the posts that they have left. */
  private readonly authors: { readonly client: Client; left: number }[] = [];
  private crowd: Promise<Client[]> | undefined;
  private next = 0;

  private constructor(deployment: Deployment, prefix: string, quota: number, admin: Client | undefined) {
    this.deployment = deployment;
    this.prefix = prefix;
    this.quota = quota;
    this.admin = admin;
    this.nobody = new Client(deployment);
  }

  /** @throws ConformanceError when the deployment keeps no accounts of its own */
  static async of(deployment: Deployment): Promise<People> {
    const prefix = PREFIX + word(5);
    const nobody = new Client(deployment);
    const answer = await nobody.post('/v1/auth/register', { username: `${prefix}0`, password: password() });
    if (answer.status === 404) {
      throw new ConformanceError(
        'This deployment leaves its accounts to an outside issuer: the kit cannot make its users there.',
      );
    }
    const first = new Client(deployment, good<Session>(answer, 201));
    const { limit } = await first.read<{ limit?: number }>('/v1/me/quota');
    deployment.postsPerDay = limit;
    return new People(deployment, prefix, limit ?? Infinity, await adminOf(deployment));
  }

  /** Somebody new, who may publish so many posts. @throws Skip when nobody may */
  async person(posts = 0, more: { displayName?: string } = {}): Promise<Client> {
    if (posts > this.quota)
      throw new Skip(`it needs ${posts} posts of one author, and the quota is ${this.quota}`);
    return (await this.join(more)).client;
  }

  people(count: number, posts = 0): Promise<Client[]> {
    return Promise.all(Array.from({ length: count }, () => this.person(posts)));
  }

  /** The same people each time, for stories that need many; each of them may publish a post in a story. */
  async known(count: number): Promise<Client[]> {
    const crowd = await (this.crowd ??= this.people(CROWD, 2));
    if (count > crowd.length) throw new RangeError(`The crowd has ${CROWD} people.`);
    return crowd.slice(0, count);
  }

  /** Publishes, as whoever has posts left. */
  async publish(text: string): Promise<{ author: Client; id: string; createdAt: string }> {
    const author = await this.author();
    const { id, createdAt } = await author.publish(text);
    return { author, id, createdAt };
  }

  /** Somebody who may publish one more post. */
  async author(): Promise<Client> {
    let one = this.authors.find(({ left }) => left > 0);
    if (!one) {
      one = { client: await this.person(1), left: this.quota };
      this.authors.push(one);
    }
    one.left -= 1;
    return one.client;
  }

  /** A name that nobody has. */
  name(): string {
    this.next += 1;
    return `${this.prefix}${this.next.toString(36)}`;
  }

  /** Registers somebody. */
  async join(more: object = {}): Promise<{ client: Client; password: string; session: Session }> {
    const secret = password();
    const answer = await this.nobody.post('/v1/auth/register', {
      username: this.name(),
      password: secret,
      ...more,
    });
    const session = good<Session>(answer, 201);
    return { client: new Client(this.deployment, session), password: secret, session };
  }
}

/** Lower case letters that are in no other text. */
export function word(length = 10): string {
  return Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
}

export function password(): string {
  return randomBytes(18).toString('base64url');
}

async function adminOf(deployment: Deployment): Promise<Client | undefined> {
  const { admin } = deployment.settings;
  if (!admin) return undefined;
  if ('username' in admin) {
    const answer = await new Client(deployment).post('/v1/auth/login', admin);
    if (answer.status !== 200) throw new ConformanceError(`ADMIN_USERNAME cannot log in: ${answer.text}`);
    return new Client(deployment, answer.json as Session);
  }
  const tokens = { accessToken: admin.token, refreshToken: '', tokenType: 'Bearer', expiresIn: 0 };
  const user = { id: 'admin', username: '' } as Session['user'];
  const client = new Client(deployment, { user, tokens });
  const { status } = await client.get('/v1/me');
  if (status !== 200)
    throw new ConformanceError(`ADMIN_TOKEN is no good access token: GET /v1/me answers ${status}`);
  return client;
}
