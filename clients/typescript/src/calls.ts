import type { FetchResponse, MaybeOptionalInit } from 'openapi-fetch';
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import type { components, paths } from './schema.js';

/** They do not end: `stream` and `publicStream` read them. */
type StreamPath = '/v1/stream' | '/v1/streams/public';
export type PathOf<Method extends HttpMethod> = Exclude<PathsWithMethod<paths, Method>, StreamPath>;

/** What was asked for, and the response that it came with, for its headers. */
export interface Answer<Data> {
  readonly data: Data;
  readonly response: Response;
}

type Init<Path extends keyof paths, Method extends HttpMethod> = MaybeOptionalInit<paths[Path], Method>;
/** Left out where nothing in it is required. */
type InitArgument<Given> = RequiredKeysOf<Given> extends never ? [init?: Given] : [init: Given];
type Data<Operation extends Record<string | number, unknown>, Given> = Extract<
  FetchResponse<Operation, Given, MediaType>,
  { data: unknown }
>['data'];

/** `path` and `init` are those of `openapi-fetch`: `{ params: { path, query, header }, body, headers, signal }`. */
export type Call<Method extends HttpMethod> = <Path extends PathOf<Method>, Given extends Init<Path, Method>>(
  path: Path,
  ...init: InitArgument<Given>
) => Promise<Answer<Data<Extract<paths[Path][Method], Record<string | number, unknown>>, Given>>>;

type JsonOf<Operation> = Operation extends {
  readonly responses: { readonly 200: { readonly content: { readonly 'application/json': infer Body } } };
}
  ? Body
  : undefined;

interface AnyPage {
  readonly items: readonly unknown[];
  readonly page: components['schemas']['PageInfo'];
}

export type PageOf<Path extends keyof paths> = JsonOf<paths[Path]['get']>;
/** Every path that answers a page of a list. */
export type ListPath = {
  [Path in PathOf<'get'>]: PageOf<Path> extends AnyPage ? Path : never;
}[PathOf<'get'>];
export type ItemOf<Path extends ListPath> =
  PageOf<Path> extends { readonly items: readonly (infer Item)[] } ? Item : never;

/** What the pages of a list are asked for with; `cursor`: where to begin. */
export type ListInit<Path extends ListPath> = InitArgument<Init<Path, 'get'>>;

/** How paging asks, whatever the list. */
export type AnyListCall = (
  path: ListPath,
  init: { readonly params: { readonly query: { readonly cursor?: string } } },
) => Promise<Answer<AnyPage>>;

type TakesIdempotencyKey<Operation> = Operation extends {
  readonly parameters: { readonly header?: infer Header };
}
  ? [NonNullable<Header>] extends [never]
    ? false
    : 'Idempotency-Key' extends keyof NonNullable<Header>
      ? true
      : false
  : false;

/** What publishes. */
export type PublishingPath = {
  [Path in keyof paths]: TakesIdempotencyKey<paths[Path]['post']> extends true ? Path : never;
}[keyof paths];
