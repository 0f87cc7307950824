import { script } from './redis-connection.js';

// A list is a sorted set of ids under one score, and a hash that tells what it is worth. The set begins with `!`, which
// sorts before every id: an empty list is there, and one that Redis evicted is not.
//
// Fields of a list's hash
//   epoch, number  of its making; see the bucket
//   ready          set once it holds what the database had
//   whole          set while nothing was trimmed: it reaches back to the beginning
//   celebrities    ids, one behind the other, of those followed whose posts may be missing
//
// Fields of a bucket's hash
//   asOf           all posts that were visible at this time (ms) are in the lists
//   epoch          lists of another one are void
//   number         of the list that was begun last; it grows within an epoch
//   run            the run of Redis that the epoch is of

const THIS_RUN = `string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')`;

/** Keys: bucket, list, state. Arguments: from, before, newest first or not (1, 0), limit, TTL (s), when to renew it (s). */
export const read = script(`
  local bucket = redis.call('HMGET', KEYS[1], 'asOf', 'epoch')
  local state = redis.call('HMGET', KEYS[3], 'epoch', 'ready', 'whole', 'celebrities')
  if not bucket[2] or state[1] ~= bucket[2] or not redis.call('ZSCORE', KEYS[2], '!') then
    return {bucket[1], bucket[2], 'missing'}
  end
  if not state[2] then return {bucket[1], bucket[2], 'building'} end
  local ids
  if ARGV[3] == '1' then
    ids = redis.call('ZRANGE', KEYS[2], '(' .. ARGV[2], '[' .. ARGV[1], 'BYLEX', 'REV', 'LIMIT', 0, ARGV[4])
  else
    ids = redis.call('ZRANGE', KEYS[2], '[' .. ARGV[1], '(' .. ARGV[2], 'BYLEX', 'LIMIT', 0, ARGV[4])
  end
  if redis.call('TTL', KEYS[3]) < tonumber(ARGV[6]) then
    redis.call('EXPIRE', KEYS[2], ARGV[5])
    redis.call('EXPIRE', KEYS[3], ARGV[5])
  end
  local lowest = not state[3] and redis.call('ZRANGE', KEYS[2], 1, 1)[1]
  return {bucket[1], bucket[2], 'ready', lowest, state[4], ids}`);

/** Keys: bucket, list, state, closed. Arguments: epoch, time for the making (s). Answers the number of the list, or 0: not now. */
export const begin = script(`
  local bucket = redis.call('HMGET', KEYS[1], 'epoch', 'run')
  if redis.call('EXISTS', KEYS[4]) == 1 or bucket[1] ~= ARGV[1] or bucket[2] ~= ${THIS_RUN} then return 0 end
  if redis.call('HGET', KEYS[3], 'epoch') == ARGV[1] and redis.call('ZSCORE', KEYS[2], '!') then return 0 end
  redis.call('DEL', KEYS[2], KEYS[3])
  local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
  redis.call('ZADD', KEYS[2], 0, '!')
  redis.call('HSET', KEYS[3], 'epoch', ARGV[1], 'number', number, 'whole', 1)
  redis.call('EXPIRE', KEYS[2], ARGV[2])
  redis.call('EXPIRE', KEYS[3], ARGV[2])
  return number`);

/** Keys: list, state. Arguments: epoch, number, TTL (s), length, whole or not (1, 0), celebrities, ids ... */
export const publish = script(`
  local state = redis.call('HMGET', KEYS[2], 'epoch', 'number', 'celebrities')
  if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] then return 0 end
  for n = 7, #ARGV do redis.call('ZADD', KEYS[1], 0, ARGV[n]) end
  local over = redis.call('ZCARD', KEYS[1]) - 1 - tonumber(ARGV[4])
  if over > 0 then redis.call('ZREMRANGEBYRANK', KEYS[1], 1, over) end
  if over > 0 or ARGV[5] == '0' then redis.call('HDEL', KEYS[2], 'whole') end
  redis.call('HSET', KEYS[2], 'ready', 1, 'celebrities', (state[3] or '') .. ARGV[6])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  redis.call('EXPIRE', KEYS[2], ARGV[3])
  return 1`);

/**
 * Keys: list, state, list, state, ... of one bucket. Arguments: id, length, the bucket's epoch and number before followers
 * were read, and the author if they are about to become a celebrity, or nothing.
 */
export const push = script(`
  local epoch, number, length = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[2])
  for n = 1, #KEYS, 2 do
    local list, state = KEYS[n], KEYS[n + 1]
    local own = redis.call('HMGET', state, 'epoch', 'number')
    if own[1] == epoch and tonumber(own[2]) <= number then
      if ARGV[5] ~= '' then
        local known = redis.call('HGET', state, 'celebrities') or ''
        if not string.find(known, ARGV[5], 1, true) then
          redis.call('HSET', state, 'celebrities', known .. ARGV[5])
        end
      end
      if redis.call('ZADD', list, 0, ARGV[1]) == 1 then
        local card = redis.call('ZCARD', list)
        if card - 1 > length then
          redis.call('ZREMRANGEBYRANK', list, 1, card - 1 - length)
          redis.call('HDEL', state, 'whole')
        elseif card == 1 then
          redis.call('DEL', list, state)
        end
      end
    end
  end`);

/** Keys: closed, and what to remove. Argument: for how long nothing is made anew (ms). */
export const shut = script(`
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
  for n = 2, #KEYS do redis.call('DEL', KEYS[n]) end`);

/** Keys: bucket, closed. Arguments: as of (ms), a new epoch in case that one is needed. */
export const advance = script(`
  if redis.call('EXISTS', KEYS[2]) == 1 then return end
  local run = ${THIS_RUN}
  if redis.call('HGET', KEYS[1], 'run') ~= run then
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'run', run, 'epoch', ARGV[2], 'number', 0)
  end
  redis.call('HSET', KEYS[1], 'asOf', ARGV[1])`);
