import { AsyncLocalStorage } from 'node:async_hooks';
import { ApiDocument, type OpenApi } from './document.ts';
import type { Exchange } from './exchange.ts';
import { addFault, type Result, result } from './ledger.ts';
import { Patience } from './patience.ts';
import { RULES } from './rules.ts';
import { ConformanceError, type Settings } from './settings.ts';
import { type Answer, type Sent, Wire } from './wire.ts';

/** Whose request it is, for the limits, and whether the deployment should know them. */
export interface Sender {
  readonly id: string;
  readonly isKnown: boolean;
  /** Does not wait and come back when a limit refuses it. */
  readonly isImpatient?: boolean;
}

export const NOBODY: Sender = { id: 'nobody', isKnown: false };

/** What one story sent. */
export interface Trail {
  requests: number;
  last?: Sent;
}

/** What is wrong with one exchange. */
export interface Finding {
  readonly result: Result;
  readonly what: string;
}

const MOST_TRIES = 10;

/** The Posterr that is checked. Each answer is judged by all the rules. */
export class Deployment {
  readonly document: ApiDocument;
  readonly source: OpenApi;
  readonly settings: Settings;
  readonly patience: Patience;
  /** What the rules found, in their order. */
  readonly results: readonly Result[] = RULES.map((rule) => result(rule.section, rule.promise, rule.checked));
  readonly trail = new AsyncLocalStorage<Trail>();
  /** Posts a day, once it is known. */
  postsPerDay: number | undefined;
  requests = 0;
  /** The posts that were made: their paths. */
  readonly made = new Set<string>();
  private readonly wire: Wire;

  private constructor(settings: Settings, source: OpenApi, wire: Wire, patience: Patience) {
    this.settings = settings;
    this.source = source;
    this.document = new ApiDocument(source);
    this.wire = wire;
    this.patience = patience;
  }

  /** @throws ConformanceError when there is no Posterr at the URL */
  static async at(settings: Settings, say: (line: string) => void): Promise<Deployment> {
    const wire = new Wire(settings.url, settings.concurrency);
    const patience = new Patience(say);
    const { status, json } = await wire.send({ method: 'GET', target: '/openapi.json', headers: {} });
    if (status !== 200 || typeof json !== 'object') {
      throw new ConformanceError(
        `${settings.url}/openapi.json is answered with ${status}: is this a Posterr?`,
      );
    }
    const deployment = new Deployment(settings, json as OpenApi, wire, patience);
    // The first answer tells of the limits, by which the others are judged.
    patience.after(
      NOBODY.id,
      '',
      await wire.send({ method: 'GET', target: '/v1/users?limit=1', headers: {} }),
    );
    return deployment;
  }

  close(): void {
    this.wire.close();
  }

  /** Sends a request, and judges the answer. */
  async send(sent: Sent, sender: Sender): Promise<Answer> {
    const exchange = await this.exchange(sent, sender);
    for (const { result: one, what } of this.judge(exchange)) addFault(one, { what, sent });
    return exchange.answer;
  }

  /** Sends a request, however long the limits make it wait. */
  async exchange(sent: Sent, sender: Sender): Promise<Exchange> {
    const [path = ''] = sent.target.split('?', 1);
    const route = `${sent.method} ${path}`;
    const trail = this.trail.getStore();
    if (trail) trail.last = sent;
    let answer: Answer;
    for (let tries = 1; ; tries += 1) {
      if (!sender.isImpatient) await this.patience.before(sender.id, route);
      answer = await this.wire.send(sent);
      this.requests += 1;
      if (trail) trail.requests += 1;
      const isRefused = this.patience.after(sender.id, route, answer);
      if (!isRefused || sender.isImpatient || tries === MOST_TRIES) break;
    }
    if (answer.status === 201) this.made.add(answer.headers.get('location') ?? '');
    const siblings = this.document.at(sent.target);
    const method = sent.method === 'HEAD' ? 'GET' : sent.method;
    const operation = siblings.find((one) => one.method === method);
    return {
      sent,
      answer,
      siblings,
      ...(operation && { operation }),
      isKnown: sender.isKnown,
      document: this.document,
      limits: { requests: this.patience.limit !== undefined, posts: this.postsPerDay },
    };
  }

  /** Which rules an answer breaks. */
  judge(exchange: Exchange): Finding[] {
    const findings: Finding[] = [];
    for (const [n, rule] of RULES.entries()) {
      const what = rule.judge(exchange);
      const one = this.results[n];
      if (what === undefined || !one) continue;
      one.requests += 1;
      if (what !== '') findings.push({ result: one, what });
    }
    return findings;
  }
}
