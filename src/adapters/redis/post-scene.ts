import type { Post, PostCounts, PostDraft } from '../../modules/posts/domain/post.js';
import type { PostReference, PostState, PostStore } from '../../modules/posts/posts.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Right, Value } from './redis-slots.js';
import type { TwoLevelCache } from './two-level-cache.js';

/** A post as every reader sees it, without what others decide about what it refers to. */
interface Entry {
  readonly post: Post;
  readonly hidden: boolean;
  readonly counts: PostCounts;
  /** What the post refers to refers to this: known here, both are asked for at once. */
  readonly beyondId?: Id;
}

/** More than any answer needs that nobody else is loading parts of. */
const MOST_ROUNDS = 4;

/** Of one command, as the port says. */
const MOST_LOADED = 200;

/** What is known on the way to one answer of `load`. */
export class PostScene {
  /** From the database, complete. */
  private readonly states = new Map<Id, PostState>();
  private readonly entries = new Map<Id, Entry>();
  private readonly reposted = new Map<Id, boolean>();
  private readonly absent = new Set<Id>();

  constructor(
    private readonly inner: PostStore,
    private readonly cache: TwoLevelCache,
    private readonly readerId: Id | undefined,
  ) {}

  /** Undefined: the cache cannot tell. */
  async load(ids: readonly Id[]): Promise<Map<Id, PostState> | undefined> {
    let needs = this.needs(ids);
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const missing = new Map<string, Right>();
      // What they refer to is known only after the first look.
      for (let looks = 0; looks < 2 && needs.size > missing.size; looks += 1) {
        const look = await this.cache.look([...needs.keys()].filter((key) => !missing.has(key)));
        if (!look) return undefined;
        this.learn(needs, look.values);
        for (const [key, right] of look.missing) missing.set(key, right);
        needs = this.needs(ids);
      }
      if (missing.size > 0) {
        const values = await this.cache.load(missing, (keys) => this.ask(needs, keys));
        this.learn(needs, values);
        for (const key of missing.keys()) {
          const need = needs.get(key);
          if (need && !values.has(key)) this.absent.add(need.id);
        }
        needs = this.needs(ids);
      }
      if (needs.size === 0) return this.answer(ids);
    }
    return undefined;
  }

  /** What must be known next, by key. */
  private needs(ids: readonly Id[]): Map<string, Need> {
    const needs = new Map<string, Need>();
    const needPost = (id: Id | undefined): void => {
      if (id === undefined || this.states.has(id) || this.entries.has(id) || this.absent.has(id)) return;
      needs.set(this.cache.key('post', id), { kind: 'post', id });
    };
    const needState = (id: Id): void => {
      needPost(id);
      const entry = this.states.has(id) ? undefined : this.entries.get(id);
      if (!entry) return;
      needPost(referredBy(entry.post));
      const target = targetOf(entry.post);
      if (this.readerId === undefined || this.isReposted(target) !== undefined) return;
      needs.set(this.cache.key('reposted', `${this.readerId}:${target}`), { kind: 'reposted', id: target });
    };
    for (const id of ids) {
      needState(id);
      const referredId = this.referredBy(id);
      if (referredId === undefined) continue;
      needState(referredId);
      if (!this.states.has(referredId)) needPost(this.entries.get(id)?.beyondId);
    }
    return needs;
  }

  private learn(needs: ReadonlyMap<string, Need>, values: ReadonlyMap<string, Value>): void {
    for (const [key, value] of values) {
      const need = needs.get(key);
      if (need?.kind === 'post') this.entries.set(need.id, value as Entry);
      else if (need) this.reposted.set(need.id, value as boolean);
    }
  }

  private async ask(needs: ReadonlyMap<string, Need>, keys: readonly string[]): Promise<Map<string, Value>> {
    const asked = keys.flatMap((key) => {
      const need = needs.get(key);
      return need ? [{ key, ...need }] : [];
    });
    const states = await this.loadAll([...new Set(asked.map(({ id }) => id))]);
    for (const [id, state] of states) this.states.set(id, state);
    const values = new Map<string, Value>();
    for (const { key, kind, id } of asked) {
      const state = states.get(id);
      if (state) values.set(key, kind === 'post' ? entryOf(state, states) : state.reposted);
    }
    return values;
  }

  /** What is missing may be more than the ids of the answer: also what they refer to. */
  private async loadAll(ids: readonly Id[]): Promise<Map<Id, PostState>> {
    const parts: Promise<Map<Id, PostState>>[] = [];
    for (let start = 0; start < ids.length; start += MOST_LOADED) {
      parts.push(this.inner.load(ids.slice(start, start + MOST_LOADED), this.readerId));
    }
    return new Map((await Promise.all(parts)).flatMap((part) => [...part]));
  }

  private answer(ids: readonly Id[]): Map<Id, PostState> {
    const answer = new Map<Id, PostState>();
    for (const id of ids) {
      for (const part of [id, this.referredBy(id)]) {
        const state = part === undefined ? undefined : this.state(part);
        if (state) answer.set(state.post.id, state);
      }
    }
    return answer;
  }

  private state(id: Id): PostState | undefined {
    const entry = this.entries.get(id);
    if (this.states.has(id) || !entry) return this.states.get(id);
    const { post, hidden, counts } = entry;
    return {
      post,
      hidden,
      counts,
      ...(post.subjectId && { subject: this.reference(post.subjectId) }),
      ...(post.inReplyToId && { inReplyTo: this.reference(post.inReplyToId) }),
      reposted: this.isReposted(targetOf(post)) ?? false,
    };
  }

  private reference(id: Id): PostReference {
    return { id, hidden: (this.states.get(id) ?? this.entries.get(id))?.hidden ?? false };
  }

  private isReposted(target: Id): boolean | undefined {
    return this.states.get(target)?.reposted ?? this.reposted.get(target);
  }

  private referredBy(id: Id): Id | undefined {
    const post = (this.states.get(id) ?? this.entries.get(id))?.post;
    return post && referredBy(post);
  }
}

interface Need {
  readonly kind: 'post' | 'reposted';
  readonly id: Id;
}

function entryOf({ post, hidden, counts }: PostState, states: ReadonlyMap<Id, PostState>): Entry {
  const referredId = referredBy(post);
  const referred = referredId === undefined ? undefined : states.get(referredId)?.post;
  const beyondId = referred && referredBy(referred);
  return { post, hidden, counts, ...(beyondId && { beyondId }) };
}

/** What a post is about or answers. */
export function referredBy({ subjectId, inReplyToId }: PostDraft): Id | undefined {
  return subjectId ?? inReplyToId;
}

/** What is reposted when the post is. */
function targetOf({ id, kind, subjectId }: Post): Id {
  return kind === 'repost' ? (subjectId ?? id) : id;
}
