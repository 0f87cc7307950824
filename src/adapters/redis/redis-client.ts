import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, createCluster } from '@redis/client';
import slotOf from 'cluster-key-slot';

export type Command = readonly (string | Buffer)[];

/** One node or one cluster, from one connecting to the end of it. */
export interface Client {
  /** Answers when there is something to send to; rejects when not, within `CONNECT_TIMEOUT`. */
  connect(): Promise<unknown>;
  /** What waits for a connection when `signal` is aborted is never sent. */
  send(key: string, command: Command, signal: AbortSignal): Promise<unknown>;
  nodes(): readonly string[];
  /** The one of `nodes` that serves `key`. */
  nodeOf(key: string): string;
  /** Ends it at once, in whatever state it is. */
  close(): void;
}

export interface Watcher {
  /** The connection to the only node has ended. Those of a cluster come back by themselves. */
  lost(error: unknown): void;
  /** A key was changed, or, for null, any. */
  invalidated(key: string | null): void;
}

/** In ms. */
const CONNECT_TIMEOUT = 2_000;
/** Those nodes of a cluster that are there are connected within this time; the others may come later. */
const NODES_TIMEOUT = 300;
const LONGEST_RECONNECT = 500;

/** Ms to wait before connecting again, after so many failures in a row. */
export const pauseAfter = (failures: number): number => Math.min(50 * failures, LONGEST_RECONNECT);

/** New objects each time: the driver writes into them. */
const settings = (signal: AbortSignal) => ({
  RESP: 3 as const,
  disableOfflineQueue: true,
  // A connection that is moved in silence no longer tells what was changed.
  maintNotifications: 'disabled' as const,
  socket: { connectTimeout: CONNECT_TIMEOUT, signal },
});

export function nodeClient(url: string, tracking: boolean, watcher: Watcher): Client {
  const life = new AbortController();
  const { socket, ...others } = settings(life.signal);
  const client = createClient({
    ...others,
    url,
    socket: { ...socket, reconnectStrategy: false },
    ...(tracking && { emitInvalidate: true }),
  });
  client.on('error', (error) => watcher.lost(error));
  client.on('invalidate', (key: Buffer | string | null) => watcher.invalidated(key && key.toString()));
  const close = (): void => life.abort();
  return {
    connect: () => inTime(client.connect(), close),
    // It does not wait.
    send: (_key, command) => client.sendCommand(command),
    nodes: () => [url],
    nodeOf: () => url,
    close,
  };
}

export function clusterClient(urls: readonly string[]): Client {
  const life = new AbortController();
  const { socket, ...others } = settings(life.signal);
  const { username, password, protocol } = new URL(urls[0] ?? '');
  const cluster = createCluster({
    RESP: others.RESP,
    rootNodes: urls.map((url) => ({ url })),
    // Else connecting would wait for the last of the nodes, and so would following a slot to another node.
    minimizeConnections: true,
    // For the nodes that the cluster tells of.
    defaults: {
      ...others,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      socket: {
        ...socket,
        ...(protocol === 'rediss:' && { tls: true }),
        reconnectStrategy: (retries) => !life.signal.aborted && pauseAfter(retries + 1),
      },
    },
  });
  let fault: unknown;
  cluster.on('error', (error: unknown) => {
    fault = error;
  });
  // Those slots that nobody serves are not there.
  const masterOf = (key: string) => cluster.slots[slotOf(key)]?.master;
  const close = (): void => {
    if (life.signal.aborted) return;
    try {
      // First: a socket that is made with an aborted signal connects all the same.
      cluster.destroy();
    } catch {
      // A part of it had ended by itself.
    }
    life.abort();
  };
  return {
    connect: async () => {
      try {
        await inTime(cluster.connect(), close);
      } catch (error) {
        // This one only says that there is no node, `fault` says why.
        throw fault ?? error;
      }
      const nodes = Promise.allSettled(cluster.masters.map((master) => cluster.nodeClient(master)));
      await Promise.race([nodes, sleep(NODES_TIMEOUT, undefined, { ref: false })]);
    },
    send: (key, command, abortSignal) => {
      // To listen to the signal costs more than the command.
      const waits = masterOf(key)?.client?.isReady !== true;
      return cluster.sendCommand(key, false, [...command], waits ? { abortSignal } : undefined);
    },
    nodes: () => cluster.masters.map(({ address }) => address),
    nodeOf: (key) => masterOf(key)?.address ?? '',
    close,
  };
}

/** The driver waits for the end of a connection's first commands without a limit. */
async function inTime(connecting: Promise<unknown>, close: () => void): Promise<void> {
  const late = setTimeout(close, CONNECT_TIMEOUT);
  try {
    await connecting;
  } finally {
    clearTimeout(late);
  }
}
