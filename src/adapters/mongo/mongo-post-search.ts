import type { mongo } from 'mongoose';
import { type SearchTerm, wordsOf } from '../../modules/search/domain/search-query.js';
import { PostSearch } from '../../modules/search/search.ports.js';
import type { Id } from '../../shared/ids.js';
import type { Stretch } from '../../shared/page.js';
import type { MongoDatabase } from './mongo-database.js';
import type { PostDocument } from './mongo-documents.js';
import { bucketOf, toId, toUuid, within } from './mongo-ids.js';

/** Full text by an index of the words of each post, folded as the kernel folds them. */
export class MongoPostSearch extends PostSearch {
  constructor(private readonly db: MongoDatabase) {
    super();
  }

  async find(terms: readonly SearchTerm[], stretch: Stretch, authorId?: Id): Promise<Id[]> {
    const folded = terms.map(({ words, prefix }) => ({ words: wordsOf(words.join(' ')), prefix }));
    if (folded.some(({ words }) => words.length === 0)) return [];
    const { filter, options } = within('_id', stretch);
    const author = authorId === undefined ? {} : { bucket: bucketOf(authorId), authorId: toUuid(authorId) };
    return this.db.run(async () => {
      const find = { hidden: false, ...author, ...filter, $and: folded.map(condition) };
      const found = await this.db
        .collection('posts')
        .find(find, { ...options, projection: { _id: 1 } })
        .toArray();
      return found.map(({ _id }) => toId(_id));
    });
  }
}

/** Words hold letters, digits and marks only: nothing in them means anything to a regular expression. */
function condition({
  words,
  prefix,
}: {
  words: readonly string[];
  prefix: boolean;
}): mongo.Filter<PostDocument> {
  const last = words.at(-1) ?? '';
  const whole = prefix ? words.slice(0, -1) : words;
  return {
    $and: [
      ...whole.map((word) => ({ words: word })),
      ...(prefix ? [{ words: { $regex: `^${last}` } }] : []),
      ...(words.length > 1 ? [{ folded: { $regex: ` ${words.join(' ')}${prefix ? '' : ' '}` } }] : []),
    ],
  };
}
